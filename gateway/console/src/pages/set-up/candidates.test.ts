import { expect, test } from "vitest";
import { CallProblem } from "../../client/problem.ts";
import {
  candidatesOf,
  doubledBy,
  type FoundDevice,
  kindOf,
  moveEdits,
  rowsOf,
  seesCards,
  takeEdits,
  takenInOrder,
} from "./candidates.ts";
import { placesOf } from "./places.ts";
import type { SiteText } from "./site-file.ts";
import { takingProblem } from "./taking-problem.ts";

const site: SiteText = {
  spaces: [
    { id: "3-302", name: "3号楼302", address: { plate: "QR-33" } },
    { id: "3-303" },
    { id: "unplaced", kind: "yard" },
  ],
  portals: [
    { id: "door-3-302", from: "outside", to: "3-302" },
    { id: "door-3-303", from: "outside", to: "3-303" },
  ],
  devices: [
    { id: "lock-a", kind: "lock", space: "unplaced" },
    { id: "lock-b", kind: "lock", portal: "door-3-303" },
  ],
};
const found = (id: string, more: Partial<FoundDevice> = {}): FoundDevice => ({
  driver: "osdp-1",
  id,
  label: id,
  model: null,
  kind: "reader",
  points: [],
  unsupported: null,
  inUse: false,
  settings: { address: 3 },
  ...more,
});

test("what is found is proposed with its kind and, by number, with its door", () => {
  const candidates = candidatesOf([found("reader-3-302"), found("gone", { inUse: true })], undefined, site);
  expect(rowsOf(candidates, {}, placesOf(site))).toMatchObject([
    { kind: "reader", place: "portal:door-3-302", sure: true, ready: true },
  ]);
});

test("a meter belongs into the room, not to its door", () => {
  const candidates = candidatesOf([found("meter 3-303", { kind: "energy-meter" })], undefined, site);
  expect(rowsOf(candidates, {}, placesOf(site))).toMatchObject([{ place: "space:3-303", ready: true }]);
});

test("MQTT devices come by their user name, with the kind it says", () => {
  const pairing = {
    open: true,
    until: null,
    leftSeconds: 900,
    seen: [
      { user: "lock-3-303", address: "10.0.0.7", at: "2026-11-25T08:00:00Z", tries: 3 },
      { user: "lock-b", address: "10.0.0.8", at: "2026-11-25T08:00:00Z", tries: 1 },
    ],
  };
  const candidates = candidatesOf([], pairing, site);
  expect(rowsOf(candidates, {}, placesOf(site))).toMatchObject([
    { candidate: { from: "pairing", name: "lock-3-303" }, kind: "lock", place: "portal:door-3-303" },
  ]);
});

test("a device with several points becomes several, each with its own settings", () => {
  const points = [
    { kind: "lock", what: "unlock", settings: { door: 1 } },
    { kind: "contact", what: "door.opened and door.closed", settings: { door: 1, input: 2 } },
  ];
  const device = found("0x00158d0001", { label: "front 3-302", kind: null, points, settings: {} });
  const rows = rowsOf(candidatesOf([device], undefined, site), {}, placesOf(site));
  expect(rows).toMatchObject([
    { kind: "lock", place: "portal:door-3-302", candidate: { name: "front 3-302-lock", settings: { door: 1 } } },
    { kind: "contact", place: "portal:door-3-302", candidate: { settings: { door: 1, input: 2 } } },
  ]);
});

test("a decision wins over the proposal, and what cannot be used is left out", () => {
  const candidates = candidatesOf([found("x"), found("y", { unsupported: "no points" })], undefined, site);
  const key = candidates[0]?.key ?? "";
  const rows = rowsOf(candidates, { [key]: { kind: "lock", place: "portal:door-3-302" } }, placesOf(site));
  expect(rows).toMatchObject([
    { kind: "lock", place: "portal:door-3-302", ready: true },
    { skip: true, ready: false },
  ]);
});

test("taking them brings the line they hang on, once, and ids of their own", () => {
  const candidates = candidatesOf(
    [found("reader-3-302"), found("lock-b", { settings: { address: 4 } })],
    undefined,
    site,
  );
  const rows = rowsOf(candidates, { "osdp-1 lock-b": { place: "space:unplaced" } }, placesOf(site));
  const line = { id: "osdp-1", type: "osdp", link: "serial:/dev/ttyUSB0?baud=9600" };
  expect(takeEdits(rows, site, [line], "waiting")).toEqual([
    { op: "add", path: "drivers", value: line },
    {
      op: "add",
      path: "devices",
      value: { id: "reader-3-302", kind: "reader", driver: "osdp-1", portal: "door-3-302", address: 3 },
    },
    {
      op: "add",
      path: "devices",
      value: { id: "lock-b-2", kind: "reader", driver: "osdp-1", space: "unplaced", address: 4 },
    },
  ]);
  expect(takeEdits(rows, {}, [line], "waiting")[0]).toEqual({
    op: "add",
    path: "spaces",
    value: { id: "unplaced", kind: "yard", name: "waiting" },
  });
});

test("a device that waits gets its door, and the waiting place goes with the last", () => {
  expect(moveEdits(new Map([["lock-a", "portal:door-3-302"]]), site)).toEqual([
    { op: "set", path: "devices/lock-a/portal", value: "door-3-302" },
    { op: "remove", path: "devices/lock-a/space" },
    { op: "remove", path: "spaces/unplaced" },
  ]);
  expect(moveEdits(new Map([["lock-b", "portal:door-3-302"]]), site)).toEqual([
    { op: "set", path: "devices/lock-b/portal", value: "door-3-302" },
  ]);
});

test("names say kinds in both languages", () => {
  expect(["智能门锁3", "count-1", "water-2", "thing"].map(kindOf)).toEqual([
    "lock",
    "counter",
    "water-meter",
    undefined,
  ]);
});

test("a guess never puts a second lock to a door; a person may, and is told", () => {
  const all = candidatesOf([found("lock-303", { kind: "lock" }), found("reader-303")], undefined, site);
  const [lock, reader] = rowsOf(all, {}, placesOf(site), site);
  expect(lock).toMatchObject({ place: undefined, ready: false, beside: "lock-b" });
  expect(reader).toMatchObject({ place: "portal:door-3-303", ready: true, beside: undefined });
  const [decided] = rowsOf(all, { "osdp-1 lock-303": { place: "portal:door-3-303" } }, placesOf(site), site);
  expect(decided).toMatchObject({ place: "portal:door-3-303", ready: true, beside: "lock-b" });
});

test("of two that could be a door's lock the surer one is proposed, in whatever order they came", () => {
  const all = candidatesOf([found("x-302", { kind: "lock" }), found("lock-3-302", { kind: "lock" })], undefined, site);
  expect(rowsOf(all, {}, placesOf(site), site)).toMatchObject([
    { place: undefined, ready: false },
    { place: "portal:door-3-302", ready: true },
  ]);
});

test("a device whose kind nobody knows is not guessed to a door that has a device", () => {
  const all = candidatesOf([found("sl-303", { kind: null })], undefined, site);
  expect(rowsOf(all, {}, placesOf(site), site)).toMatchObject([{ kind: undefined, place: undefined }]);
});

test("a Modbus device is ready when its register map is chosen, and takes it along", () => {
  const unit = found("unit-7", { driver: "modbus-1", kind: "counter", settings: { unit: 7 }, asks: ["map"] });
  const all = candidatesOf([unit], undefined, site);
  const place = { "modbus-1 unit-7": { place: "portal:door-3-302" } };
  expect(rowsOf(all, place, placesOf(site), site)).toMatchObject([{ ready: false }]);
  const chosen = { "modbus-1 unit-7": { place: "portal:door-3-302", map: "people-counter" } };
  const rows = rowsOf(all, chosen, placesOf(site), site);
  expect(rows).toMatchObject([{ ready: true }]);
  expect(takeEdits(rows, site, [], "x").at(-1)).toMatchObject({ value: { unit: 7, map: "people-counter" } });
});

test("what waits for its place is awaited after the box started anew, while the window is open", () => {
  const seen = [{ user: "lock-new", address: "10.0.0.7", at: "2026-11-25T08:00:00Z", tries: 1 }];
  const open = { open: true, until: null, leftSeconds: 900, seen: [] };
  const [away] = rowsOf(candidatesOf([], open, site, seen), {}, placesOf(site), site);
  expect(away).toMatchObject({ candidate: { name: "lock-new", away: true }, ready: false });
  expect(candidatesOf([], { ...open, seen }, site, seen)).toMatchObject([{ away: false }]);
  expect(candidatesOf([], { ...open, open: false }, site, seen)).toEqual([]);
});

test("a refusal names the device and marks its row instead of a line of the site file", () => {
  const all = candidatesOf([found("reader-3-302"), found("reader-3-303")], undefined, site);
  const taken = takenInOrder(rowsOf(all, {}, placesOf(site), site));
  const problems = [
    { path: "devices[3].address", line: 69, reason: "已被占用", fix: "换一个" },
    { path: "site.name", reason: "太长" },
  ];
  const refused = new CallProblem(400, { code: "bad-config", message: "x", problems });
  const { problem, wrong } = takingProblem(refused, taken, 2, { notTaken: "未采用", bySet: "请改正" });
  expect([...wrong]).toEqual([["osdp-1 reader-3-303", ["已被占用 → 换一个"]]]);
  expect(problem.problem).toMatchObject({ message: "未采用", fix: "请改正" });
  expect(problem.problem.problems).toEqual([
    { path: "reader-3-303", reason: "已被占用", fix: "换一个" },
    { path: "site.name", reason: "太长" },
  ]);
});

test("a device that gets the place of another of its kind is told with the one that is there", () => {
  const lock = new Map([["lock-a", "portal:door-3-303"]]);
  expect(doubledBy(lock, site)).toEqual([{ name: "lock-a", place: "portal:door-3-303", beside: "lock-b" }]);
  expect(doubledBy(new Map([["lock-a", "portal:door-3-302"]]), site)).toEqual([]);
  // The other goes elsewhere with the same change.
  expect(doubledBy(new Map([...lock, ["lock-b", "portal:door-3-302"]]), site)).toEqual([]);
  const both = new Map([
    ["lock-a", "portal:door-3-302"],
    ["lock-b", "portal:door-3-302"],
  ]);
  expect(doubledBy(both, site)).toEqual([{ name: "lock-b", place: "portal:door-3-302", beside: "lock-a" }]);
});

test.each([
  [undefined, true],
  ["lock", true],
  ["reader", true],
  ["turnstile", true],
  ["counter", false],
  ["meter", false],
  ["radar", false],
  ["contact", false],
] as const)("whether a card held to it tells the door of: %s", (kind, told) => {
  expect(seesCards(kind as FoundDevice["kind"] & string)).toBe(told);
});
