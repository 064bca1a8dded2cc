/** Whose turn it is when many devices are silent. */
import { expect, test } from "vitest";
import type { Member, MemberCounters } from "./bus.ts";
import { Schedule, type Slot } from "./schedule.ts";

const ANSWER_MS = 40;
const SILENCE_MS = 330;

const member = (device: string): Member => ({ device, priority: 0, periodMs: 100, poll: async () => {} });
const counters = (device: string): MemberCounters => ({
  device,
  asked: 0,
  answered: 0,
  timeouts: 0,
  damaged: 0,
  unexpected: 0,
  roundTripMs: undefined,
  failures: 0,
});

/** When each device had its turns within the time. */
function turns(devices: readonly string[], isAlive: (slot: Slot) => boolean, forMs: number): Map<string, number[]> {
  const schedule = new Schedule(devices.map(member), counters, 0);
  const at = new Map<string, number[]>(devices.map((device) => [device, []]));
  for (let nowMs = 0; nowMs < forMs; ) {
    const next = schedule.next(nowMs);
    if (typeof next === "number") {
      nowMs += next;
      continue;
    }
    at.get(next.member.device)?.push(nowMs);
    if (isAlive(next)) {
      schedule.answered(next, nowMs);
      next.online = true;
      nowMs += ANSWER_MS;
    } else {
      nowMs += SILENCE_MS;
      schedule.failed(next, nowMs, 0.5);
    }
  }
  return at;
}

test("the one device that answers is asked twice a second, however many others are silent from the start", () => {
  const devices = ["alive", ...Array.from({ length: 31 }, (_, i) => `dead-${i}`)];
  const at = turns(devices, ({ member: { device } }) => device === "alive", 60_000);
  const alive = at.get("alive") ?? [];
  const gaps = alive.map((ms, i) => ms - (alive[i - 1] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(SILENCE_MS + ANSWER_MS);
  for (const [device, times] of at) expect(times.length, device).toBeGreaterThan(2);
});

test("while nobody answers all are asked in their order", () => {
  const at = turns(["a", "b", "c"], () => false, 1_000);
  expect([...at.values()].map(([first]) => first)).toEqual([0, SILENCE_MS, 2 * SILENCE_MS]);
});
