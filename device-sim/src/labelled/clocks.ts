/** A device's own clock: off from the start, drifting, jumping, and back in the year 2000 after a power cut. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, DAY_MS, HOUR_MS, lognormal } from "./draws.ts";
import type { FaultRates } from "./fault-rates.ts";
import { drawSpells, walker } from "./spells.ts";

/** Turns true time (ms from the start) into the device's time on the same scale; asked in order of time. */
export type DeviceClock = (atMs: number) => number;

const EPOCH_MS = Date.UTC(2000, 0, 1);

export function drawClock(random: Random, faults: FaultRates, days: number, startMs: number): DeviceClock {
  if (faults.clockDriftS === 0) return (atMs) => atMs;
  const wrong = random.chance(faults.clockWrong);
  const offset = wrong ? random.pick([-1, 1]) * between(random, 120_000, 470_000) : random.normal(0, 18_000);
  const drift = (random.normal(0, faults.clockDriftS) * 1000) / DAY_MS;
  const jumps = drawSpells(random, faults.clockJumps, days, () => 1);
  const sizes = jumps.map(() => random.normal(0, 1) * lognormal(random, 30_000, 0.9));
  const resets = drawSpells(random, faults.clockResets, days, (r) => lognormal(r, 5, 0.8) * HOUR_MS);
  const resetAt = walker(resets);
  let jump = 0;
  let next = 0;
  return (atMs) => {
    while (next < jumps.length && (jumps[next]?.[0] ?? 0) <= atMs) jump += sizes[next++] ?? 0;
    const reset = resetAt(atMs);
    if (reset !== undefined) return EPOCH_MS - startMs + (atMs - reset[0]);
    return atMs + offset + jump + drift * atMs;
  };
}
