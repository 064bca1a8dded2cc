import { Site } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { warningsOf } from "./warnings.ts";

const site = (inputs: readonly string[]) =>
  Site.parse({
    site: { id: "s", name: "s", kind: "rental-compound" },
    spaces: [{ id: "hall", kind: "corridor" }],
    devices: [
      { id: "reader", kind: "reader", space: "hall", driver: "bus" },
      { id: "panel", kind: "fire-input", space: "hall", driver: "io" },
      { id: "lock", kind: "lock", space: "hall", driver: "io" },
    ],
    drivers: [
      { id: "bus", type: "osdp" },
      { id: "io", type: "modbus" },
    ],
    fire: { inputs, doors: [{ device: "lock" }] },
  });
const said = (inputs: readonly string[]) =>
  warningsOf(site(inputs), new Map()).filter(({ path }) => path === "fire.inputs");

it("a fire input that is not heard while a full disk keeps its device waiting is warned of, another is not", () => {
  expect(said(["panel:1"])).toEqual([]);
  expect(said(["panel", "reader:2"])).toMatchObject([{ reason: expect.stringContaining("not heard from reader:2") }]);
});

it("nobody registered anywhere is warned of: it raises an alert in every room", () => {
  const rooms = (...registered: readonly (number | undefined)[]) => {
    const spaces = registered.map((heads, index) => ({
      id: `r${index}`,
      kind: "room",
      areaM2: 12,
      ...(heads === undefined ? {} : { registered: heads }),
    }));
    const parsed = Site.parse({ site: { id: "s", name: "s", kind: "rental-compound" }, spaces });
    return warningsOf(parsed, new Map()).filter(({ path }) => path === "spaces[].registered");
  };
  expect(rooms(0, 0, 0)).toMatchObject([{ reason: expect.stringContaining("any of 3 rooms") }]);
  expect([rooms(0, 0), rooms(0, 0, 1), rooms(0, 0, undefined), rooms(undefined, undefined, undefined)]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});
