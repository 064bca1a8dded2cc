import { expect, test } from "vitest";
import { formatAnchor, parseAnchor, scaledClock, systemClock } from "./clock.ts";

test("real time: a sleep ends when it is due, and monotonic time never stands still for it", async () => {
  const before = systemClock.monoMs();
  await systemClock.sleep(5);
  expect(systemClock.monoMs() - before).toBeGreaterThanOrEqual(4);
});

test("a sleep that is aborted rejects with the reason of the signal", async () => {
  const stop = new AbortController();
  const sleep = systemClock.sleep(60_000, stop.signal);
  stop.abort("enough");
  await expect(sleep).rejects.toBe("enough");
  await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe("enough");
});

test("a cancelled timer does not fire", async () => {
  let fired = false;
  const cancel = systemClock.after(1, () => {
    fired = true;
  });
  cancel();
  await systemClock.sleep(5);
  expect(fired).toBe(false);
});

test("a delay longer than a timer takes does not fire at once", async () => {
  let fired = false;
  const cancel = systemClock.after(1e12, () => {
    fired = true;
  });
  await systemClock.sleep(5);
  cancel();
  expect(fired).toBe(false);
});

test("a scaled clock runs its world faster and leaves deadlines real", () => {
  const realMs = systemClock.nowMs() - 1000;
  const clock = scaledClock({ worldMs: 0, realMs, scale: 3600 });
  expect(clock.scale).toBe(3600);
  expect(clock.nowMs()).toBeGreaterThanOrEqual(3_600_000);
  expect(clock.nowMs()).toBeLessThan(3_600_000 * 60);
  expect(clock.sleep).toBe(systemClock.sleep);
});

test("two processes with one anchor agree on the time", () => {
  const anchor = { worldMs: Date.UTC(2026, 0, 5), realMs: systemClock.nowMs(), scale: 1000 };
  const other = parseAnchor(formatAnchor(anchor));
  expect(other).toEqual(anchor);
});

test.each(["", "1,2", "1,2,0", "1,2,-5", "1,2,x", "1,2,3,4", "1,2,Infinity"])("%j is no anchor", (text) => {
  expect(parseAnchor(text)).toBeUndefined();
});
