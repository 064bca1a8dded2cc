import { expect, test } from "vitest";
import { candidatesOf, type FoundDevice, kindOf, moveEdits, placesOf, rowsOf, takeEdits } from "./candidates.ts";
import type { SiteText } from "./site-file.ts";

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
