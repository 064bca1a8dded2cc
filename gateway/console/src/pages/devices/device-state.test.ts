import { expect, test } from "vitest";
import { type DeviceRow, filterDevices, hasTrouble, newest, refusedPercent, stateOf } from "./device-state.ts";

const device = (id: string, more: Partial<DeviceRow> = {}): DeviceRow => ({
  id,
  kind: "lock",
  driver: "mqtt",
  driverType: "mqtt",
  driverUp: true,
  portal: "door-302",
  space: "3-302",
  online: true,
  lastSeenAt: null,
  battery: null,
  rssi: null,
  firmware: null,
  readings: 0,
  rejected: 0,
  codes: [],
  actions: [],
  ...more,
});

test("a device behind a line that is down is not called offline", () => {
  expect(stateOf(device("a", { driverUp: false, online: true }))).toBe("lineDown");
  expect(stateOf(device("a", { online: false }))).toBe("offline");
  expect(stateOf(device("a", { online: null }))).toBe("unknown");
  expect(stateOf(device("a", { online: null, lastSeenAt: "2026-11-26T08:00:00Z" }))).toBe("online");
});

test("what wants somebody stands first, and can stand alone", () => {
  const rows = [
    device("fine"),
    device("flat", { battery: 5 }),
    device("meter", { kind: "energy-meter", space: "hall" }),
  ];
  const all = { text: "", kind: "", driver: "", trouble: false };
  expect(filterDevices(rows, all).map(({ id }) => id)).toEqual(["flat", "fine", "meter"]);
  expect(filterDevices(rows, { ...all, trouble: true }).map(({ id }) => id)).toEqual(["flat"]);
  expect(filterDevices(rows, { ...all, text: "HALL" }).map(({ id }) => id)).toEqual(["meter"]);
  expect(filterDevices(rows, { ...all, kind: "lock", text: "f" }).map(({ id }) => id)).toEqual(["flat", "fine"]);
  expect(hasTrouble(device("x", { codes: [{ code: "device-silent", detail: "", since: "" }] }))).toBe(true);
});

test("shares that are small keep a digit", () => {
  expect(refusedPercent({ readings: 997, rejected: 3 })).toBe("0.3");
  expect(refusedPercent({ readings: 1, rejected: 1 })).toBe("50");
  expect(refusedPercent({ readings: 0, rejected: 0 })).toBe("0");
});

test("a live list keeps the newest", () => {
  expect(newest([2, 1], [3, 4], 3)).toEqual([4, 3, 2]);
});
