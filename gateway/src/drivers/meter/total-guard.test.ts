import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TotalGuard } from "./total-guard.ts";

const LIMITS = { perHour: 10_000, slack: 1_000 };
const PERIOD_MS = 300_000;

/** Judges the readings, a period apart; `take`, `anew` or `doubt` for each. */
function verdicts(guard: TotalGuard, totals: readonly number[]): string[] {
  return totals.map((total, i) => {
    const verdict = guard.judge(total, i * PERIOD_MS);
    return verdict.kind === "doubt" ? "doubt" : verdict.anew ? "anew" : "take";
  });
}

describe("a running total", () => {
  it("is taken from its second reading on, while it grows as it can", () => {
    expect(verdicts(new TotalGuard(LIMITS), [5_000, 5_010, 5_010, 5_800])).toEqual(["doubt", "take", "take", "take"]);
  });

  it("is not taken where it runs back or ahead once", () => {
    const guard = new TotalGuard(LIMITS);
    const readings = [5_000, 5_010, 12, 5_020, 999_999_990, 5_030];
    expect(verdicts(guard, readings)).toEqual(["doubt", "take", "doubt", "take", "doubt", "take"]);
    expect(guard.judge(7, 6 * PERIOD_MS)).toEqual({ kind: "doubt", reason: "total ran back, from 5030 to 7" });
  });

  it("may grow after a long silence by what could pass meanwhile", () => {
    const guard = new TotalGuard(LIMITS, { total: 5_000, atMs: 0, epoch: 2 });
    expect(guard.judge(5_000 + 240_000, 24 * 3_600_000)).toEqual({ kind: "take", epoch: 2, anew: false });
    expect(guard.judge(1_000_000, 25 * 3_600_000)).toMatchObject({ kind: "doubt" });
  });

  it("of another meter in the same place is another count, once six readings say so", () => {
    const guard = new TotalGuard(LIMITS, { total: 5_000, atMs: 0, epoch: 0 });
    const found = [3, 4, 4, 5, 5, 6, 7].map((total, i) => guard.judge(total, i * PERIOD_MS));
    expect(found.slice(0, 5).every(({ kind }) => kind === "doubt")).toBe(true);
    expect(found.slice(5)).toEqual([
      { kind: "take", epoch: 1, anew: true },
      { kind: "take", epoch: 1, anew: false },
    ]);
  });

  it("never grows by more than can be between two readings of one count, whatever is heard", () => {
    const heard = fc.array(fc.tuple(fc.nat(20_000), fc.nat(3_600_000)), { maxLength: 60 });
    fc.assert(
      fc.property(heard, (steps) => {
        const guard = new TotalGuard(LIMITS);
        let nowMs = 0;
        let last: { total: number; atMs: number; epoch: number } | undefined;
        for (const [total, ms] of steps) {
          nowMs += ms;
          const verdict = guard.judge(total, nowMs);
          if (verdict.kind === "doubt") continue;
          if (last?.epoch === verdict.epoch) {
            const most = LIMITS.slack + (LIMITS.perHour * (nowMs - last.atMs)) / 3_600_000;
            expect(total - last.total).toBeGreaterThanOrEqual(0);
            expect(total - last.total).toBeLessThanOrEqual(most + 1e-6);
          }
          last = { total, atMs: nowMs, epoch: verdict.epoch };
        }
      }),
    );
  });
});
