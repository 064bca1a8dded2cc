import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { TimeKeeper } from "./time-keeper.ts";

const YEAR = 365 * 86_400_000;

describe("the time keeper", () => {
  it("never runs backwards by itself and follows small corrections", async () => {
    const clock = new FakeClock();
    const keeper = new TimeKeeper(clock, 0);
    await clock.advance(1_000);
    const before = keeper.now().nowMs;
    clock.step(-800);
    expect(keeper.now()).toMatchObject({ nowMs: before, shiftMs: 0, quality: "synced" });
    await clock.advance(1_000);
    expect(keeper.now().nowMs).toBe(before + 200);
  });

  it("tells a set clock from time passing, in both directions", async () => {
    const random = new Random(3);
    const clock = new FakeClock();
    const keeper = new TimeKeeper(clock, 0);
    let shifted = 0;
    let stepped = 0;
    const start = clock.nowMs();
    for (let i = 0; i < 200; i++) {
      await clock.advance(random.int(1, 60_000));
      const back = clock.nowMs() - start > 10 * YEAR;
      const ms = random.int(10_000, 10 * YEAR) * (back ? -1 : 1);
      clock.step(Math.max(ms, start - clock.nowMs()));
      stepped += Math.max(ms, start - (clock.nowMs() - ms));
      const { shiftMs, quality, nowMs } = keeper.now();
      shifted += shiftMs;
      expect(nowMs).toBe(clock.nowMs());
      if (shiftMs !== 0) expect(quality).toBe("stepped");
    }
    expect(shifted).not.toBe(0);
    expect(stepped).not.toBe(0);
    await clock.advance(11 * 60_000);
    expect(keeper.now().quality).toBe("synced");
  });

  it("goes on from the journal when the box's clock was never set, and steps once when it is", async () => {
    const last = Date.UTC(2026, 5, 1);
    const clock = new FakeClock(Date.UTC(1970, 0, 1));
    const keeper = new TimeKeeper(clock, last);
    await clock.advance(5_000);
    expect(keeper.now()).toMatchObject({ nowMs: last + 5_000, quality: "unsynced", shiftMs: 0 });
    const real = Date.UTC(2026, 5, 3);
    clock.step(real - clock.nowMs());
    const moment = keeper.now();
    expect(moment).toMatchObject({ nowMs: real, quality: "stepped" });
    expect(moment.shiftMs).toBe(real - (last + 5_000));
  });
});
