import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";

test("time stands still until it is moved", () => {
  const clock = new FakeClock(1000);
  expect([clock.nowMs(), clock.monoMs()]).toEqual([1000, 0]);
});

test("timers fire in the order they fall due, each at its own time", async () => {
  const clock = new FakeClock(0);
  const fired: [string, number][] = [];
  for (const [name, ms] of [
    ["c", 30],
    ["a", 10],
    ["b", 20],
    ["late", 31],
  ] as const) {
    clock.after(ms, () => fired.push([name, clock.nowMs()]));
  }
  await clock.advance(30);
  expect(fired).toEqual([
    ["a", 10],
    ["b", 20],
    ["c", 30],
  ]);
  expect(clock.waiting).toBe(1);
});

test("a sleep inside a loop goes on while time is advanced", async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  const loop = async () => {
    for (let i = 0; i < 5; i++) {
      await clock.sleep(100);
      seen.push(clock.nowMs());
    }
  };
  const done = loop();
  await clock.advance(1000);
  await done;
  expect(seen).toEqual([100, 200, 300, 400, 500]);
});

test("a cancelled timer and an aborted sleep are gone", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  clock.after(5, () => expect.unreachable())();
  const sleep = clock.sleep(5, stop.signal);
  stop.abort("stop");
  await expect(sleep).rejects.toBe("stop");
  expect(clock.waiting).toBe(0);
});

test("a step moves world time alone", async () => {
  const clock = new FakeClock(0);
  let fired = false;
  clock.after(1000, () => {
    fired = true;
  });
  clock.step(3_600_000);
  await clock.advance(10);
  expect([clock.nowMs(), clock.monoMs(), fired]).toEqual([3_600_010, 10, false]);
});
