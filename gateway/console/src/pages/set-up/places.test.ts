import { expect, test } from "vitest";
import { candidatesOf, type FoundDevice, rowsOf } from "./candidates.ts";
import { gateEdits, newGate, placesOf } from "./places.ts";
import type { SiteText } from "./site-file.ts";

const site: SiteText = {
  spaces: [{ id: "3-302", name: "3号楼302" }, { id: "3-303" }, { id: "unplaced", kind: "yard" }],
  portals: [
    { id: "door-3-302", from: "outside", to: "3-302" },
    { id: "door-3-303", from: "outside", to: "3-303" },
  ],
};
const found: FoundDevice = {
  driver: "osdp-1",
  id: "reader-3-302",
  label: "reader-3-302",
  model: null,
  kind: "reader",
  points: [],
  unsupported: null,
  inUse: false,
  settings: { address: 3 },
};

test("gates of the site are places of their own, which no number is taken for", () => {
  const withGate: SiteText = {
    ...site,
    spaces: [...(site.spaces ?? []), { id: "yard-3-302", kind: "yard" }],
    portals: [
      ...(site.portals ?? []),
      { id: "gate-1", kind: "gate", name: "东大门", from: "outside", to: "yard-3-302" },
    ],
  };
  const places = placesOf(withGate);
  expect(places.gates).toEqual([{ id: "gate-1", names: ["东大门", "yard-3-302"] }]);
  expect(places.portals.map(({ id }) => id)).toEqual(["door-3-302", "door-3-303"]);
  const candidates = candidatesOf([found], undefined, withGate);
  expect(rowsOf(candidates, {}, places)).toMatchObject([{ place: "portal:door-3-302" }]);
});

test("a gate is made by name with the first device at it, and leads into the yard", () => {
  const east = newGate("东大门", site, []);
  const west = newGate("西大门", site, [east]);
  expect([east, west]).toEqual([
    { id: "gate", name: "东大门" },
    { id: "gate-2", name: "西大门" },
  ]);
  expect(placesOf(site, [east]).gates).toEqual([{ id: "gate", names: ["东大门"] }]);
  expect(gateEdits(["portal:door-3-302"], [east, west], site, "院落")).toEqual([]);
  const portal = { id: "gate", kind: "gate", name: "东大门", from: "outside", to: "yard" };
  expect(gateEdits(["portal:gate", undefined], [east, west], site, "院落")).toEqual([
    { op: "add", path: "spaces", value: { id: "yard", kind: "yard", name: "院落" } },
    { op: "add", path: "portals", value: portal },
  ]);
  const yard: SiteText = { ...site, spaces: [...(site.spaces ?? []), { id: "court", kind: "yard" }] };
  expect(gateEdits(["portal:gate"], [east], yard, "院落")).toEqual([
    { op: "add", path: "portals", value: { ...portal, to: "court" } },
  ]);
});
