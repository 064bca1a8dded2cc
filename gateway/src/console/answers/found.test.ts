import type { Device } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { scannedRow } from "./found.ts";

const unit = { id: "unit-7", about: "Modbus device with holding registers" };

test("a register map the scan cannot know is asked of the person, and never written", () => {
  const row = scannedRow("modbus-1", { ...unit, keys: { kind: "counter", unit: 7, map: "CHANGE-ME" } }, [], "zh");
  expect(row).toMatchObject({ kind: "counter", settings: { unit: 7 }, asks: ["map"], inUse: false });
  expect(JSON.stringify(row)).not.toContain("CHANGE-ME");
});

test("one that was taken with a map is known again", () => {
  const taken = { id: "x", kind: "counter", driver: "modbus-1", unit: 7, map: "people-counter" } as unknown as Device;
  const keys = { kind: "counter", unit: 7, map: "CHANGE-ME" };
  expect(scannedRow("modbus-1", { ...unit, keys }, [taken], "zh").inUse).toBe(true);
});
