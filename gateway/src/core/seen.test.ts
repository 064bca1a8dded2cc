import { Random } from "@gatehouse/protocol/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EPOCHS, MAX_RANGES, markSeen, type SeenEpoch } from "./seen.ts";

describe("seen sequence numbers", () => {
  it("takes every number once, in whatever order they come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 60 })), { maxLength: 400 }),
        (list) => {
          const epochs: SeenEpoch[] = [];
          const seen = new Set<string>();
          for (const [epoch, seq] of list) {
            const key = `${epoch}:${seq}`;
            expect(markSeen(epochs, epoch, seq)).toBe(!seen.has(key));
            seen.add(key);
          }
        },
      ),
    );
  });

  it("keeps its ranges disjoint, ascending and joined", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 300 }), (list) => {
        const epochs: SeenEpoch[] = [];
        for (const seq of list) markSeen(epochs, 1, seq);
        const ranges = epochs[0]?.ranges ?? [];
        for (let i = 0; i < ranges.length; i += 2) {
          expect(ranges[i]).toBeLessThanOrEqual(ranges[i + 1] as number);
          if (i > 0) expect(ranges[i]).toBeGreaterThan((ranges[i - 1] as number) + 1);
        }
      }),
    );
  });

  it("never takes an unseen number for a repeat, however many holes there are", () => {
    const random = new Random(7);
    const epochs: SeenEpoch[] = [];
    const seen = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const seq = random.int(0, 100_000);
      const news = markSeen(epochs, 1, seq);
      if (!seen.has(seq)) expect(news).toBe(true);
      seen.add(seq);
    }
    expect(epochs[0]?.ranges.length).toBeLessThanOrEqual(MAX_RANGES * 2);
  });

  it("remembers a bounded number of lives of a counter", () => {
    const epochs: SeenEpoch[] = [];
    for (let epoch = 1; epoch <= 100; epoch++) expect(markSeen(epochs, epoch, 1)).toBe(true);
    expect(epochs).toHaveLength(MAX_EPOCHS);
    expect(markSeen(epochs, 100, 1)).toBe(false);
    expect(markSeen(epochs, 99, 2)).toBe(true);
  });

  it("knows repeats of a life with a lower number than those before", () => {
    const epochs: SeenEpoch[] = [];
    for (let epoch = 100; epoch > 1; epoch--) {
      expect(markSeen(epochs, epoch, 1)).toBe(true);
      expect(markSeen(epochs, epoch, 1)).toBe(false);
    }
    expect(markSeen(epochs, 5, 1)).toBe(false);
    markSeen(epochs, 200, 1);
    expect(markSeen(epochs, 5, 1)).toBe(false);
  });
});
