import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReading, READING_KINDS, type ReadingKind } from "./reading.ts";

/** One good value for every kind; undefined where the kind has none. */
const VALUES: Readonly<Record<ReadingKind, unknown>> = {
  "access.granted": undefined,
  "access.denied": "expired",
  "card.read": undefined,
  "keypad.entry": 6,
  "door.opened": undefined,
  "door.closed": undefined,
  "door.forced": undefined,
  "door.held": undefined,
  "lock.locked": undefined,
  "lock.unlocked": undefined,
  "count.in": 2,
  "count.out": 1,
  "count.totals": { in: 1841, out: 1836 },
  "presence.on": undefined,
  "presence.off": undefined,
  "presence.count": 3,
  "meter.energyWh": 1_234_567.8,
  "meter.waterL": 98_765,
  "meter.powerW": -40,
  "input.on": 0,
  "input.off": 7,
  "tamper.on": undefined,
  "tamper.off": undefined,
  "battery.low": undefined,
  "power.fail": undefined,
  "power.ok": undefined,
  "fire.on": undefined,
  "fire.off": undefined,
  duress: undefined,
  panic: undefined,
  "patrol.tag": undefined,
  "device.online": undefined,
  "device.offline": undefined,
};
const kinds = Object.keys(VALUES) as ReadingKind[];

const reason = (item: unknown) => {
  const result = parseReading(item);
  return result.ok ? undefined : result.reason;
};

test("every kind of the format is known, and no other", () => {
  expect(Object.keys(READING_KINDS).sort()).toEqual([...kinds].sort());
});

test.each(kinds)("%s takes its value", (kind) => {
  const item = { device: "d", epoch: 1, seq: 1841, at: "2026-11-25T08:00:00+08:00", kind, value: VALUES[kind] };
  expect(parseReading(item)).toEqual({ ok: true, reading: item });
});

test.each(kinds)("%s refuses a value that is not its own", (kind) => {
  const wrong = kind === "access.granted" || kind === "access.denied" ? 5 : "text";
  expect(reason({ device: "d", kind, value: wrong })).toMatch(/^value: /);
});

test("a count without a number is one person", () => {
  expect(parseReading({ device: "d", kind: "count.in" })).toMatchObject({ reading: { value: 1 } });
});

test.each([
  ["no object", 5, /expected object/],
  ["null", null, /expected object/],
  ["a missing device", { kind: "panic" }, /^device: /],
  ["a missing kind", { device: "d" }, /^kind: unknown kind/],
  ["an unknown kind", { device: "d", kind: "door.open" }, /^kind: unknown kind "door.open"$/],
  ["a negative seq", { device: "d", kind: "panic", seq: -1 }, /^seq: /],
  ["a fractional seq", { device: "d", kind: "panic", seq: 1.5 }, /^seq: /],
  ["a seq beyond what a number holds", { device: "d", kind: "panic", seq: 2 ** 60 }, /^seq: /],
  ["a time without offset", { device: "d", kind: "panic", at: "2026-11-25T08:00:00" }, /^at: must be RFC 3339/],
  ["a time that is no day", { device: "d", kind: "panic", at: "2026-02-30T08:00:00Z" }, /^at: must be RFC 3339/],
  ["a device id with a slash", { device: "a/b", kind: "panic" }, /^device: must be 1 to 64/],
  ["a credential without end", { device: "d", kind: "card.read", credential: "9".repeat(129) }, /^credential: /],
  ["half a person", { device: "d", kind: "count.in", value: 1.5 }, /^value: must be a whole number of persons/],
  ["totals as a number", { device: "d", kind: "count.totals", value: 5 }, /^value: must be \{ in, out \}/],
  ["totals that are missing", { device: "d", kind: "count.totals" }, /^value: must be \{ in, out \}/],
  ["a door with a value", { device: "d", kind: "door.opened", value: true }, /^value: this kind has no value/],
])("%s is refused with the field and what it must be", (_name, item, expected) => {
  expect(reason(item)).toMatch(expected);
});

test("whatever arrives gets an answer and never an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (item) => {
      expect(typeof parseReading(item).ok).toBe("boolean");
    }),
  );
});
