import { expect, test } from "vitest";
import { OpcuaDevice, type OpcuaPoint } from "./config.ts";
import type { Remembered } from "./memory.ts";
import { type PointContext, pointNews } from "./point-news.ts";

const NOW = Date.parse("2026-11-25T08:00:00Z");
const EMPTY: Remembered = { counts: {}, contacts: {}, offline: false };

const points = (...given: readonly object[]) => OpcuaDevice.parse({ points: given }).points;
const [totalIn, totalOut, pulse, door] = points(
  { node: "ns=3;s=G.In", is: "total.in" },
  { node: "ns=3;s=G.Out", is: "total.out" },
  { node: "ns=3;s=G.P", is: "pulse.in" },
  { node: "ns=3;s=G.D", is: "door", inverted: true },
) as [OpcuaPoint, OpcuaPoint, OpcuaPoint, OpcuaPoint];

const told = (point: OpcuaPoint, value: number | boolean | undefined, atMs = NOW) => ({
  point,
  told: { point: 0, good: true, status: "Good", atMs, ...(value === undefined ? {} : { value }) },
});
const context = (given: Partial<PointContext> = {}): PointContext => ({
  kind: "turnstile",
  before: EMPTY,
  totals: ["in", "out"],
  pulses: new Map(),
  elapsedS: 60,
  nowMs: NOW,
  ...given,
});

test("totals are told together, and only once both are known", () => {
  const first = pointNews([told(totalIn, 40)], context());
  expect(first.readings).toEqual([]);
  const second = pointNews([told(totalOut, 30)], context({ before: first.memory }));
  expect(second.readings).toEqual([{ kind: "count.totals", value: { in: 40, out: 30 } }]);
  const third = pointNews([told(totalIn, 42)], context({ before: second.memory }));
  expect(third.readings).toEqual([{ kind: "count.totals", value: { in: 42, out: 30 } }]);
  expect(pointNews([told(totalIn, 42)], context({ before: third.memory })).readings).toEqual([]);
});

test("a pulse counts with its rising edge, at the PLC's time, and not with what it was when first seen", () => {
  const pulses = new Map<string, boolean>();
  const values = [told(pulse, true), told(pulse, false), told(pulse, 1), told(pulse, 0)];
  expect(pointNews(values, context({ pulses })).readings).toEqual([
    { kind: "count.in", value: 1, at: "2026-11-25T08:00:00.000Z" },
  ]);
});

test("a PLC whose clock is far off says nothing about when", () => {
  const pulses = new Map([["ns=3;s=G.P", false]]);
  const values = [told(pulse, true, NOW - 86_400_000)];
  expect(pointNews(values, context({ pulses })).readings).toEqual([{ kind: "count.in", value: 1 }]);
});

test("a contact is told as it is first seen and when it changes, turned round where it is mounted so", () => {
  const first = pointNews([told(door, true)], context());
  expect(first.readings).toEqual([{ kind: "door.closed" }]);
  const second = pointNews([told(door, false)], context({ before: first.memory }));
  expect(second.readings).toMatchObject([{ kind: "door.opened" }]);
});

test.each([
  ["a total that is a fraction", totalIn, 1.5],
  ["a total below nought", totalIn, -1],
  ["a total that is a truth value", totalIn, true],
  ["a pulse of seven", pulse, 7],
  ["a text", door, undefined],
])("%s is said and changes nothing", (_what, point, value) => {
  const news = pointNews([told(point, value)], context());
  expect(news.odd).toHaveLength(1);
  expect(news.readings).toEqual([]);
  expect(news.memory).toEqual({ counts: {}, contacts: {} });
});
