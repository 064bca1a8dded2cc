import { parseReading, READING_KINDS } from "@gatehouse/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { RecordReader } from "./recorded.ts";

const RECEIVED = "2026-03-01T00:00:00.000+08:00";
const reader = new RecordReader();
const read = (item: object) => reader.read(JSON.stringify({ receivedAt: RECEIVED, ...item }));

/** Mostly right, now and then wrong in one field: where a quick check and a schema might part. */
const odd = fc.constantFrom(
  0,
  1,
  -1,
  1.5,
  1001,
  2 ** 53,
  "",
  "x",
  "a b",
  null,
  true,
  [],
  {},
  { in: 1, out: 2 },
  { in: -1 },
);
const item = fc.record(
  {
    device: fc.oneof({ weight: 9, arbitrary: fc.constantFrom("lock-1", "a.b_c") }, odd),
    epoch: fc.oneof({ weight: 5, arbitrary: fc.nat() }, odd),
    seq: fc.oneof({ weight: 5, arbitrary: fc.nat() }, odd),
    at: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(RECEIVED, "2026-03-01T00:00:00Z", "2026-02-30T00:00:00.000Z") },
      odd,
    ),
    kind: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.keys(READING_KINDS)) }, odd),
    portal: fc.oneof({ weight: 5, arbitrary: fc.constant("door-1") }, odd),
    space: fc.oneof({ weight: 5, arbitrary: fc.constant("3-302") }, odd),
    credential: fc.constant("c_5f2a91d0c4"),
    value: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, odd),
  },
  { requiredKeys: ["device", "kind"] },
);

it("says of every line what the schema says", () => {
  let accepted = 0;
  fc.assert(
    fc.property(item, (candidate) => {
      const parsed = parseReading(JSON.parse(JSON.stringify(candidate)));
      const got = read(candidate);
      if (!parsed.ok) {
        expect(got).toBe(parsed.reason);
        return;
      }
      accepted += 1;
      expect(typeof got === "string" ? got : JSON.stringify(sorted(got.reading))).toBe(
        JSON.stringify(sorted(parsed.reading)),
      );
    }),
    { numRuns: 3_000, seed: 5 },
  );
  expect(accepted).toBeGreaterThan(200);
});

const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort());

it("keeps arrival and clock quality, and counts one person where a counter says nothing", () => {
  expect(read({ device: "count-1", kind: "count.in", clock: "stepped" })).toMatchObject({
    receivedMs: Date.parse(RECEIVED),
    clock: "stepped",
    reading: { device: "count-1", kind: "count.in", value: 1 },
  });
});

it.each([
  ["{", "not JSON"],
  ["null", "receivedAt: must be an RFC 3339 time"],
  [JSON.stringify({ receivedAt: "2026-03-01", device: "a", kind: "panic" }), "receivedAt: must be an RFC 3339 time"],
  [
    JSON.stringify({ receivedAt: RECEIVED, kind: "panic" }),
    "device: Invalid input: expected string, received undefined",
  ],
  [JSON.stringify({ receivedAt: RECEIVED, device: "a", kind: "x" }), 'kind: unknown kind "x"'],
  [
    JSON.stringify({ receivedAt: RECEIVED, device: "a", kind: "panic", clock: "late" }),
    "clock: must be synced, unsynced or stepped",
  ],
  [
    JSON.stringify({ receivedAt: RECEIVED, device: "a", kind: "card.read", credential: "0012345678" }),
    "credential: must be a pseudonym like c_5f2a91d0c4, a replay takes no card numbers",
  ],
])("says what is wrong with %s", (line, reason) => {
  expect(reader.read(line)).toBe(reason);
});
