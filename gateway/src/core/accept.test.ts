import type { Device, RawReading } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { passage } from "./accept.ts";
import { newDevice } from "./state.ts";

const counter = { id: "count-1", kind: "counter", portal: "D1" } as Device;

/** What each total adds, as `entered-left`. */
function passed(...totals: readonly (readonly [seq: number, entered: number, left: number, epoch?: number])[]) {
  const state = newDevice();
  return totals.map(([seq, entered, left, epoch = 1]) => {
    const value = { in: entered, out: left };
    const reading: RawReading = { device: "count-1", kind: "count.totals", epoch, seq, value };
    const { entered: come, left: gone } = passage(counter, state, reading) ?? {};
    return `${come}-${gone}`;
  });
}

it("counts what came since the last total", () => {
  expect(passed([1, 100, 98], [2, 102, 98], [3, 102, 99])).toEqual(["0-0", "2-0", "0-1"]);
});

it("counts nobody twice when a total is overtaken on the line by a later one", () => {
  expect(passed([1, 100, 98], [3, 103, 98], [2, 101, 98], [4, 104, 98])).toEqual(["0-0", "3-0", "0-0", "1-0"]);
});

it("takes what a counter counted since it was set to nought, as every midnight or by a power cut", () => {
  expect(passed([1, 12, 12], [2, 1, 0], [3, 2, 0])).toEqual(["0-0", "1-0", "1-0"]);
  expect(passed([7, 12, 12], [1, 0, 2, 2], [2, 1, 2, 2])).toEqual(["0-0", "0-2", "1-0"]);
});

it("takes nothing from another counter in its place, or from a total of which one half went back", () => {
  expect(passed([1, 900, 880], [2, 400, 390], [3, 401, 390])).toEqual(["0-0", "0-0", "1-0"]);
  expect(passed([1, 5, 3], [2, 4, 4], [3, 5, 4])).toEqual(["0-0", "0-0", "1-0"]);
});

it("goes on from where a counter was when one total alone fell back", () => {
  expect(passed([1, 53_000, 52_990], [2, 0, 0], [3, 53_001, 52_992], [4, 53_002, 52_992])).toEqual([
    "0-0",
    "0-0",
    "1-2",
    "1-0",
  ]);
  // What began anew goes on from there.
  expect(passed([1, 3, 3], [2, 0, 0], [3, 4, 3])).toEqual(["0-0", "0-0", "4-3"]);
  expect(passed([1, 40, 40], [2, 0, 0], [3, 1, 0], [4, 60, 60])).toEqual(["0-0", "0-0", "1-0", "59-60"]);
});
