import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CountNote, type CountRules, countNoteText, countOn, type RunningCount } from "./running-count.ts";

const wide: CountRules = { wrapsAt: 0x1_0000_0000, resets: true, perSecond: 4, perDay: 5_000 };
const narrow: CountRules = { ...wide, wrapsAt: 0x1_0000 };

/** Reads one total after the other, two seconds apart. */
function read(raws: readonly number[], rules: CountRules = narrow, from?: RunningCount) {
  const notes: CountNote["kind"][] = [];
  let count = from;
  for (const raw of raws) {
    const counted = countOn(count, raw, 2, rules);
    count = counted.count;
    if (counted.note !== undefined) notes.push(counted.note.kind);
  }
  return { total: count?.total, notes };
}

/** What a 16-bit register shows while so many pass, and how many it has really seen. */
function totalsOf(start: number, passed: readonly number[]) {
  let people = start;
  const raws: number[] = [];
  for (const persons of passed) {
    people += persons;
    raws.push(people % 65_536);
  }
  return { raws, people };
}

describe("a running total", () => {
  test("begins with what the device has, and grows with it", () => {
    expect(read([100, 100, 103])).toEqual({ total: 103, notes: [] });
  });

  test("goes on over the end of 16 and of 32 bits", () => {
    expect(read([65_534, 65_535, 1])).toEqual({ total: 65_537, notes: ["wrapped"] });
    expect(read([0xffff_fffe, 1], wide)).toEqual({ total: 0x1_0000_0001, notes: ["wrapped"] });
  });

  test("goes on over a reset, with what was counted since", () => {
    expect(read([5_000, 0, 2, 3], wide)).toEqual({ total: 5_003, notes: ["reset"] });
  });

  test("takes no million people from a counter that stands somewhere else", () => {
    expect(read([5_000, 1_005_000, 1_005_001], wide)).toEqual({ total: 5_000, notes: ["jumped"] });
    expect(read([5_000, 1_005_000, 1_005_001, 1_005_004], wide)).toEqual({ total: 5_003, notes: ["jumped"] });
    expect(read([50_000, 30_000, 30_000], { ...wide, resets: false })).toEqual({ total: 50_000, notes: ["jumped"] });
  });

  test("loses nobody to a single wrong value", () => {
    expect(read([5_000, 0, 5_001], wide)).toEqual({ total: 5_001, notes: ["glitch"] });
    expect(read([5_000, 0xffff_ffff, 5_002], wide)).toEqual({ total: 5_002, notes: ["glitch"] });
  });

  test("believes a day's people when the gateway was away for a day, not a month's", () => {
    const before = { raw: 5_000, total: 5_000 };
    expect(countOn(before, 6_200, 86_400, wide).count.total).toBe(6_200);
    expect(countOn(before, 6_200, undefined, wide).count.total).toBe(6_200);
    expect(countOn(before, 90_000, 86_400, wide).count.total).toBe(5_000);
    expect(countOn(before, 90_000, 1e12, wide).count.total).toBe(90_000);
  });

  test("says in words what it saw", () => {
    expect(countNoteText("in", { kind: "reset", from: 5_000, to: 3, added: 3 })).toMatch(
      /fell from 5000 and stands at 3/,
    );
    expect(countNoteText("in", { kind: "jumped", from: 1, to: 9 })).toMatch(/jumped from 1 to 9/);
    expect(countNoteText("in", { kind: "wrapped", added: 2 })).toMatch(/full/);
    expect(countNoteText("in", { kind: "glitch", value: 7 })).toMatch(/single value of 7/);
  });
});

test("a counter that counts honestly is followed exactly, wherever it wraps", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 17 }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), steps, (start, passed) => {
      const walk = totalsOf(start, passed);
      expect(read([start, ...walk.raws]).total).toBe(walk.people);
    }),
  );
});

test("it never runs back, and never faster than people can pass, whatever the device says", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 2, maxLength: 100 }), (raws) => {
      let count: RunningCount | undefined;
      let before: number | undefined;
      for (const raw of raws) {
        count = countOn(count, raw, 2, narrow).count;
        if (before !== undefined) {
          expect(count.total).toBeGreaterThanOrEqual(before);
          expect(count.total - before).toBeLessThanOrEqual(18);
        }
        before = count.total;
      }
    }),
  );
});

test("it does not matter where it was interrupted", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 40 }),
      fc.nat(),
      (passed, where) => {
        const { raws, people } = totalsOf(65_500, passed);
        const cut = where % raws.length;
        let count: RunningCount | undefined = { raw: 65_500, total: 65_500 };
        for (const [i, raw] of raws.entries()) if (i >= cut) count = countOn(count, raw, 3_600, narrow).count;
        expect(count.total).toBe(people);
      },
    ),
  );
});
