import { type Entity, parseDiscoveryTopic, readAnnouncement, readEntity } from "@gatehouse/protocol";
import { describe, expect, test } from "vitest";
import { buildModel } from "../core/model.ts";
import { testConfig } from "../testing/site.ts";
import { discoveryConfigs } from "./discovery-configs.ts";

/** Read back by the parser of announcements, which was written for other people's devices. */
function entitiesOf(configs: ReadonlyMap<string, string>): Map<string, Entity> {
  const entities = new Map<string, Entity>();
  for (const [topic, payload] of configs) {
    const place = parseDiscoveryTopic("homeassistant", topic);
    expect(place, topic).toBeDefined();
    if (place === undefined) continue;
    // As it is, our own driver would not take it for a device.
    expect(readAnnouncement(place, payload), topic).toMatchObject({ ok: false });
    const read = readAnnouncement(place, payload.replace('"origin":{"name":"Gatehouse"}', '"origin":{"name":"x"}'));
    expect(read, topic).toMatchObject({ ok: true });
    if (!read.ok) continue;
    for (const announced of read.parts) {
      const entity = readEntity({ ...announced, fields: announced.fields ?? {} }, "");
      expect(entities.has(entity.id), `${entity.id} twice`).toBe(false);
      entities.set(entity.id, entity);
    }
  }
  return entities;
}

const spaces = [
  { id: "b", kind: "building" as const },
  {
    id: "3-302",
    kind: "flat" as const,
    name: "Flat 302",
    limit: { persons: 4, basis: "x" },
    familyExempt: false,
    parent: "b",
  },
  { id: "yard.1", kind: "yard" as const, familyExempt: false },
].map((space) => ({ familyExempt: false, ...space }));
const portals = [
  { id: "door-302", kind: "door" as const, from: "outside", to: "3-302", remoteOpen: "off" as const },
  { id: "unwatched", kind: "door" as const, from: "outside", to: "yard.1", remoteOpen: "off" as const },
];
const devices = [{ id: "lock-302", kind: "lock" as const, driver: "mqtt", portal: "door-302", reversed: false }];
const model = buildModel(testConfig({ spaces, portals, devices }));
const configs = discoveryConfigs(model, "homeassistant");
const site = `gatehouse_${model.gateway}`;
const entities = entitiesOf(configs);
const fieldsOf = (part: string, topicPart: string): Record<string, unknown> => {
  const payload = [...configs].find(([topic]) => topic.includes(topicPart))?.[1] ?? "{}";
  return (JSON.parse(payload) as { components: Record<string, Record<string, unknown>> }).components[part] ?? {};
};

describe("announcements to Home Assistant", () => {
  test("rooms, watched doors and the site are announced, and nothing else", () => {
    expect([...configs.keys()]).toEqual([
      `homeassistant/device/${site}/config`,
      `homeassistant/device/${site}_space_3-302/config`,
      `homeassistant/device/${site}_space_yard-2e-1/config`,
      `homeassistant/device/${site}_portal_door-302/config`,
    ]);
  });

  test("a door reads its state topic, and says nothing of what it does not know", () => {
    const door = entities.get(`${site}_portal_door-302_door`);
    expect(door?.state?.topic).toBe("gatehouse/1/state/portals/door-302");
    expect(door?.state?.template?.render('{"door":"open"}')).toBe("ON");
    expect(door?.state?.template?.render('{"door":"closed","lock":"locked"}')).toBe("OFF");
    expect(door?.state?.template?.render('{"lock":"locked"}')).toBe("");
    const lock = entities.get(`${site}_portal_door-302_lock`);
    expect(lock?.state?.template?.render('{"lock":"unlocked"}')).toBe("ON");
  });

  test.each([
    ['{"present":5,"limit":4}', "ON"],
    ['{"present":4,"limit":4}', "OFF"],
    ['{"present":9,"limit":null}', "OFF"],
  ])("a room of %s is over its limit: %s", async (body, expected) => {
    const { compileTemplate } = await import("@gatehouse/protocol");
    expect(compileTemplate(String(fieldsOf("over", "3-302")["value_template"])).render(body)).toBe(expected);
  });

  test("a room without a limit has none to be over", () => {
    expect(fieldsOf("over", "yard")).toEqual({});
    expect(fieldsOf("present", "yard")).toMatchObject({ state_topic: "gatehouse/1/state/spaces/yard.1" });
  });

  test("an open alert is told at its room", async () => {
    const { compileTemplate } = await import("@gatehouse/protocol");
    const template = compileTemplate(String(fieldsOf("alert", "3-302")["value_template"]));
    expect(template.render('{"spaces":{"3-302":2}}')).toBe("ON");
    expect(template.render('{"spaces":{}}')).toBe("OFF");
  });
});
