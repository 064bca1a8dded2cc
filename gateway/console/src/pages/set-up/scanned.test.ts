import { expect, test } from "vitest";
import { addScan, NOTHING_SCANNED } from "./scanned.ts";

const device = (driver: string, id: string) => ({
  driver,
  id,
  label: id,
  model: null,
  kind: "reader" as const,
  points: [],
  unsupported: null,
  inUse: false,
  settings: {},
});
const line = (port: number) => ({ id: "osdp-1", type: "osdp", link: `tcp:10.0.0.9:${port}` });

test("two lines that were searched one after the other keep apart", () => {
  const first = addScan(NOTHING_SCANNED, { drivers: [line(4001)], found: [device("osdp-1", "a")] });
  const both = addScan(first, { drivers: [line(4002)], found: [device("osdp-1", "b")] });
  expect(both.drivers.map(({ id }) => id)).toEqual(["osdp-1", "osdp-2"]);
  expect(both.found.map(({ driver, id }) => `${driver} ${id}`)).toEqual(["osdp-1 a", "osdp-2 b"]);
});

test("a line that is searched again shows what is there now", () => {
  const first = addScan(NOTHING_SCANNED, {
    drivers: [line(4001)],
    found: [device("osdp-1", "a"), device("osdp-1", "b")],
  });
  const again = addScan(first, { drivers: [line(4001)], found: [device("osdp-1", "b")] });
  expect(again.drivers).toHaveLength(1);
  expect(again.found.map(({ id }) => id)).toEqual(["b"]);
});
