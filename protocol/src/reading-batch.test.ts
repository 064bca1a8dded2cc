import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameError } from "./errors.ts";
import type { RawReading } from "./reading.ts";
import { parseReading } from "./reading.ts";
import { decodeReadingBatch, encodeReadingBatch } from "./reading-batch.ts";

const at = "2026-11-25T00:00:00.123Z";
const readings: readonly RawReading[] = [
  { device: "count-302", epoch: 3, seq: 1841, at, kind: "count.totals", value: { in: 70_000, out: 69_998 } },
  { device: "lock-302", epoch: 0, seq: 0, at, kind: "access.granted", credential: "04A1B2C3" },
  { device: "lock-302", kind: "access.denied", credential: "04A1B2C3", value: "expired" },
  { device: "meter-302", kind: "meter.energyWh", value: 1234.5, space: "3-302" },
  { device: "count-302", kind: "count.in", value: 2, portal: "door-302" },
  { device: "keys", kind: "keypad.entry", value: 0 },
  { device: "p", seq: Number.MAX_SAFE_INTEGER, kind: "panic" },
];

test("readings come back as they were, and pass the check of the JSON form", () => {
  const items = decodeReadingBatch(encodeReadingBatch(readings));
  expect(items).toEqual(readings);
  expect(items.map((item) => parseReading(item).ok)).toEqual(readings.map(() => true));
});

test("what a device left out stays out: zero and absent are two things", () => {
  const [item] = decodeReadingBatch(encodeReadingBatch([{ device: "d", kind: "panic" }]));
  expect(item).toEqual({ device: "d", kind: "panic" });
  const [zero] = decodeReadingBatch(encodeReadingBatch([{ device: "d", epoch: 0, seq: 0, kind: "panic" }]));
  expect(zero).toEqual({ device: "d", epoch: 0, seq: 0, kind: "panic" });
});

test("an empty batch is a batch", () => {
  expect(decodeReadingBatch(new Uint8Array())).toEqual([]);
});

/** The wire by hand: a sender of another make is read all the same. */
test("bytes written by hand are read by field number", () => {
  const kind = new TextEncoder().encode("count.in");
  const reading = [0x10, 7, 0x18, 0x96, 0x01, 0x2a, kind.length, ...kind, 0x49, ...[0, 0, 0, 0, 0, 0, 0, 0x40]];
  const bytes = Uint8Array.from([0x0a, reading.length, ...reading]);
  expect(decodeReadingBatch(bytes)).toEqual([{ epoch: 7, seq: 150, kind: "count.in", value: 2 }]);
});

test("an unknown field is skipped", () => {
  const known = encodeReadingBatch([{ device: "d", kind: "panic" }]);
  const bytes = Uint8Array.from([...known, 0x7a, 2, 1, 2]);
  expect(decodeReadingBatch(bytes)).toEqual([{ device: "d", kind: "panic" }]);
});

test.each([
  ["text", new TextEncoder().encode('[{"kind":"panic"}]')],
  ["a length beyond the end", Uint8Array.from([0x0a, 200, 1])],
  ["a batch cut short", encodeReadingBatch(readings).subarray(0, 40)],
])("%s is a FrameError of the payload", (_name, bytes) => {
  expect(() => decodeReadingBatch(bytes)).toThrow(FrameError);
});

test("a time beyond the calendar is refused by the reading's check", () => {
  const farthest = [0x20, ...Array<number>(8).fill(0xff), 0x7f];
  const [item] = decodeReadingBatch(Uint8Array.from([0x0a, 17, ...farthest, 0x2a, 5, ...Buffer.from("panic")]));
  expect(parseReading({ device: "d", ...item })).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^at: must be RFC 3339/),
  });
});

test("random bytes give items or a FrameError, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(Array.isArray(decodeReadingBatch(bytes))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("any reading survives the trip", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
  const reading = fc.record(
    {
      device: id,
      epoch: fc.nat(2 ** 31 - 1),
      seq: fc.maxSafeNat(),
      at: fc
        .date({ min: new Date(0), max: new Date("2200-01-01T00:00:00Z"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      kind: fc.constant("meter.powerW" as const),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      credential: fc.string({ minLength: 1, unit: "grapheme" }),
    },
    { requiredKeys: ["device", "kind", "value"] },
  );
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 5 }), (list) => {
      expect(decodeReadingBatch(encodeReadingBatch(list))).toEqual(list);
    }),
  );
});
