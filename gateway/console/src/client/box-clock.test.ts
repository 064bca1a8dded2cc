/** Whose time counts: the box's, once it has told it. */
import { describe, expect, it } from "vitest";
import { BoxClock } from "./box-clock.ts";

const HOUR_MS = 3_600_000;
const BOX_MS = Date.parse("2026-11-26T12:00:00Z");

/** A browser whose clock is a year behind. */
function browser() {
  let monoMs = 5_000;
  const own = { nowMs: () => Date.parse("2025-01-01T00:00:00Z") + monoMs, monoMs: () => monoMs };
  return { clock: new BoxClock(own), own, pass: (ms: number) => (monoMs += ms) };
}

const hello = (scale?: number) => ({
  about: "hello" as const,
  at: new Date(BOX_MS).toISOString(),
  bootId: "one",
  ...(scale === undefined ? {} : { scale }),
});

describe("the time of the box", () => {
  it("is the browser's own until the box has told its", () => {
    const { clock, own } = browser();
    expect(clock.nowMs()).toBe(own.nowMs());
  });

  it("goes on from what the box told, whatever the browser's clock says", () => {
    const { clock, pass } = browser();
    clock.hear(hello());
    expect(clock.nowMs()).toBe(BOX_MS);
    pass(HOUR_MS);
    expect(clock.nowMs()).toBe(BOX_MS + HOUR_MS);
  });

  it("runs as fast as that of the box", () => {
    const { clock, pass } = browser();
    clock.hear(hello(14_400));
    pass(1_000);
    expect(clock.scale).toBe(14_400);
    expect(clock.nowMs()).toBe(BOX_MS + 4 * HOUR_MS);
  });

  it("is told to who shows it, and a greeting without a time changes nothing", () => {
    const { clock } = browser();
    let told = 0;
    const end = clock.onTold(() => told++);
    clock.hear(hello());
    clock.hear({ ...hello(), at: "soon" });
    clock.hear({ about: "alerts", alerts: [] });
    expect([told, clock.nowMs()]).toEqual([1, BOX_MS]);
    end();
    clock.hear(hello());
    expect(told).toBe(1);
  });
});
