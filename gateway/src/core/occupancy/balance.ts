/**
 * The first estimator: in minus out, anchored by the days' lowest points, sampled in the small hours. It claims nothing for a space without
 * counters, and takes a space that is never empty for one person fewer than live there: silence rather than a false alert.
 */
import type { SpaceModel } from "../model.ts";
import type { Belief, Estimate, Estimator, Passage } from "./estimator.ts";

/** Nights kept: twice the longest window of the shipped policies. */
const MAX_NIGHTS = 14;
/** Days that must all have stayed above zero before the difference is called drift. */
const ANCHOR_DAYS = 3;
const MAX_PERSONS = 1_000;

const clamp = (persons: number): number => Math.min(MAX_PERSONS, Math.max(0, persons));

function pass(belief: Belief, { change, atMs }: Passage): boolean {
  if (change === 0) return false;
  const before = belief.balance;
  belief.counted += 1;
  belief.balance = clamp(before + change);
  belief.low = Math.min(belief.low, belief.balance);
  let changed = belief.balance !== before;
  for (const night of belief.nights) {
    if (night.sampleMs < atMs) continue;
    const persons = clamp(night.persons + change);
    changed ||= persons !== night.persons;
    night.persons = persons;
  }
  return changed;
}

function sample(belief: Belief, day: number, sampleMs: number): void {
  if (belief.counted === 0) return;
  belief.nights = belief.nights.filter((night) => night.day !== day);
  belief.nights.push({ day, sampleMs, persons: belief.balance });
  belief.nights.sort((a, b) => a.day - b.day);
  if (belief.nights.length > MAX_NIGHTS) belief.nights.splice(0, belief.nights.length - MAX_NIGHTS);
}

function anchor(belief: Belief): void {
  belief.lows.push(belief.low);
  if (belief.lows.length > ANCHOR_DAYS) belief.lows.shift();
  const drift = belief.lows.length === ANCHOR_DAYS ? Math.min(...belief.lows) : 0;
  if (drift > 0) {
    belief.balance = clamp(belief.balance - drift);
    belief.lows = belief.lows.map((low) => low - drift);
    for (const night of belief.nights.slice(-ANCHOR_DAYS)) night.persons = clamp(night.persons - drift);
  }
  belief.low = belief.balance;
}

function estimate(belief: Belief, space: SpaceModel): Estimate {
  const recent = belief.nights.slice(-space.nights.of).map((night) => night.persons);
  const sorted = [...recent].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const limit = space.limit?.persons;
  const over = limit === undefined ? 0 : recent.filter((persons) => persons > limit).length;
  const present = belief.balance;
  return {
    present,
    presentLow: Math.max(0, present - 1),
    presentHigh: present + 1,
    residing: at(0.5),
    low: at(0.1),
    high: at(0.9),
    pOver: limit === undefined || recent.length === 0 ? 0 : (over + 0.5) / (recent.length + 1),
    evidence:
      limit === undefined || recent.length === 0
        ? []
        : [
            {
              source: "counter",
              says: `${over} of the last ${recent.length} nights above ${limit}`,
              weight: Math.log((over + 0.5) / (recent.length - over + 0.5)),
            },
          ],
  };
}

export const balanceEstimator: Estimator = {
  create: () => ({ balance: 0, low: 0, lows: [], nights: [], counted: 0 }),
  pass,
  sample,
  anchor,
  estimate,
};
