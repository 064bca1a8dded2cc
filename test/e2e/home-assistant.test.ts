/** A Home Assistant at the gateway's own broker: told of rooms, doors and alerts, told again when it begins, and told what is gone. */
import { stateTopic } from "@gatehouse/protocol";
import mqtt from "mqtt";
import { expect, it } from "vitest";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const SITE = {
  sections: {
    homeassistant: { discovery: true },
    accounts: [{ user: "ha", password: { env: "HA_PW" }, role: "tool", topics: ["homeassistant/#"] }],
  },
  env: { HA_PW: "home" },
};

async function join({ url }: Rig) {
  const client = await mqtt.connectAsync(url, { username: "ha", password: "home", reconnectPeriod: 0 });
  client.on("error", () => {});
  const seen = new Map<string, string>();
  const times = new Map<string, number>();
  client.on("message", (topic, payload) => {
    seen.set(topic, payload.toString());
    times.set(topic, (times.get(topic) ?? 0) + 1);
  });
  await client.subscribeAsync(["homeassistant/#", stateTopic.all]);
  return { client, seen, times };
}

it("finds rooms and doors announced, sees a door open and an alert counted, and is told again when it says that it begins", async () => {
  await using rig = await openRig(SITE);
  const { client, seen, times } = await join(rig);
  const announced = () => [...seen.keys()].filter((topic) => topic.startsWith("homeassistant/device/"));
  await eventually(
    announced,
    (topics) => topics.some((topic) => topic.includes("_space_")) && topics.some((topic) => topic.includes("_portal_")),
  );
  const device = await rig.device("count-0001");
  const readings = [
    { epoch: 1, seq: 1, kind: "door.opened" },
    { epoch: 1, seq: 2, kind: "tamper.on" },
  ];
  await device.publishAsync(readingsTopic("count-0001"), JSON.stringify(readings), { qos: 1 });
  const body = (topic: string) => JSON.parse(seen.get(topic) ?? "{}") as Record<string, unknown>;
  const portals = () =>
    [...seen]
      .filter(([topic]) => topic.startsWith(stateTopic.portal("")))
      .map(([, text]) => JSON.parse(text) as object);
  await eventually(portals, (states) => states.some((state) => "door" in state && state.door === "open"));
  await eventually(
    () => body(stateTopic.summary)["alerts"],
    (alerts) => alerts === 1,
  );
  const [first = ""] = announced();
  const before = times.get(first) ?? 0;
  await client.publishAsync("homeassistant/status", "online", { qos: 1 });
  await eventually(
    () => times.get(first) ?? 0,
    (now) => now > before,
  );
  expect(seen.get(first)).toContain('"origin":{"name":"Gatehouse"}');
  await client.endAsync();
  await device.endAsync();
});

it("announces nothing where the site file does not ask for it", async () => {
  const { homeassistant: _, ...sections } = SITE.sections;
  await using rig = await openRig({ ...SITE, sections });
  const { client, seen } = await join(rig);
  await eventually(() => seen.has(stateTopic.summary), Boolean);
  expect([...seen.keys()].filter((topic) => topic.startsWith("homeassistant/"))).toEqual([]);
  await client.endAsync();
});
