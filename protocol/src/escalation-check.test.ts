import { expect, it } from "vitest";
import { checkEscalation, checkPatrols } from "./escalation-check.ts";
import { Site } from "./site.ts";

const site = (change: Record<string, unknown>): Site =>
  Site.parse({
    site: { id: "s", name: "S", kind: "dormitory", address: { code: "31", grid: "g" } },
    spaces: [{ id: "hall", kind: "corridor" }],
    devices: [{ id: "reader-1", kind: "reader", space: "hall" }],
    uplinks: [{ id: "wecom", type: "webhook" }],
    ...change,
  });

const contact = (channel: object, id = "desk") => ({ id, role: "desk", channels: [channel] });

it("finds nothing wrong with contacts that are reachable and patrols that have a place", () => {
  const contacts = [
    contact({ via: "uplink", uplink: "wecom" }),
    contact({ via: "device", device: "reader-1", action: "text", args: { text: "CALL" } }, "keeper"),
    contact({ via: "platform" }, "town"),
  ];
  const fine = site({ escalation: { contacts }, patrols: { checkpoints: [{ space: "hall", readers: ["reader-1"] }] } });
  expect([...checkEscalation(fine), ...checkPatrols(fine)]).toEqual([]);
});

it.each([
  [
    contact({ via: "uplink", uplink: "wecon" }),
    'there is no uplink "wecon"',
    "escalation.contacts[0].channels[0].uplink",
  ],
  [contact({ via: "device", device: "x" }), 'there is no device "x"', "escalation.contacts[0].channels[0].device"],
  [
    contact({ via: "device", device: "reader-1", action: "led", args: { color: "pink" } }),
    "Invalid option",
    "escalation.contacts[0].channels[0].args.color",
  ],
  [contact({ via: "platform" }, "platform"), 'contact "platform" stands here twice', "escalation.contacts[0].id"],
])("says what is wrong with a contact, and where (%#)", (wrong, reason, path) => {
  const [problem, ...more] = checkEscalation(site({ escalation: { contacts: [wrong] } }));
  expect(problem?.reason).toContain(reason);
  expect(problem?.path).toBe(path);
  expect(more).toEqual([]);
});

it("says what is wrong with a checkpoint, and where", () => {
  const checkpoints = [{ space: "hall", readers: ["reader-2"] }, { space: "hall" }, { space: "attic" }];
  expect(checkPatrols(site({ patrols: { checkpoints } })).map(({ path, reason }) => [path, reason])).toEqual([
    ["patrols.checkpoints[0].readers[0]", 'there is no device "reader-2"'],
    ["patrols.checkpoints[1].space", 'space "hall" stands here twice'],
    ["patrols.checkpoints[2].space", 'there is no space "attic"'],
  ]);
});
