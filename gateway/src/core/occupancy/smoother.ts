/** How many people were in, hour by hour, as the whole diary has it: forward-backward over a hidden count that is never negative. */

import { type Chain, chainOf, PLAIN_ROWS, setHour, weighBy } from "./chain.ts";
import { backward, forward } from "./chain-steps.ts";
import { type Diary, hasRing, type Rings, ringsOf } from "./diary.ts";
import { RATES, type Rates, TINY, thriftRowOf, writeThrift } from "./hours.ts";

/** Believed people at the end of each hour from `fromHour`. */
export interface Smoothed {
  readonly fromHour: number;
  /** Persons. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Chances of 0, 1, … people at the end of the last hour. */
  readonly last: readonly number[];
  /** Weights of 0, 1, … people in each hour of the day, for a live count that goes on from here; empty where habits do not count. */
  readonly habits: Float64Array;
}

const NO_HABITS = new Float64Array(0);

/** One hour of the forward pass: what was believed at its start, and what its traffic and sensors make of it by its end (or by now). */
export function stepHour(
  before: readonly number[],
  diary: Diary,
  hour: number,
  counterWorks: boolean,
  habits: Float64Array,
  rates: Rates = RATES,
): number[] {
  const size = before.length;
  const chain = chainOf(1, size);
  const rings = ringsOf(diary);
  setHour(chain, 0, rings, hour, counterWorks, rates);
  lean(chain, rings, hour, habits, rates);
  let [low, high] = [size - 1, 0];
  for (let n = 0; n < size; n++) {
    const chance = before[n] as number;
    const followed = chance >= TINY;
    chain.rows[n] = followed ? chance : 0;
    if (!followed) continue;
    low = Math.min(low, n);
    high = n;
  }
  chain.lows[0] = Math.min(low, high);
  chain.highs[0] = high;
  forward(chain, 0, 0);
  return rowOf(chain, 1);
}

/**
 * The hours from `fromHour` to `toHour` (excluded), twice: first leaning towards fewer people, then towards what the hour of the day usually
 * is by the first. `worksOn(day)` tells whether the counters can be believed on that local day. O(hours x likely persons).
 */
export function smooth(
  diary: Diary,
  fromHour: number,
  toHour: number,
  maxPersons: number,
  worksOn: (day: number) => boolean,
  rates: Rates = RATES,
): Smoothed {
  const hours = toHour - fromHour;
  const chain = chainOf(hours, maxPersons + 1);
  const rings = ringsOf(diary);
  let works = false;
  for (let t = 0; t < hours; t++) {
    const hour = fromHour + t;
    if (t === 0 || hour % 24 === 0) works = worksOn(Math.floor(hour / 24));
    setHour(chain, t, rings, hour, works, rates);
  }
  let habits: Float64Array = NO_HABITS;
  if (rates.habit !== 0) {
    lean(chain, rings, fromHour, NO_HABITS, rates);
    allForward(chain);
    const known = Math.max(0, hours - HABIT_HOURS);
    allBackward(chain, known);
    habits = habitsOf(chain, known, fromHour, rates);
  }
  lean(chain, rings, fromHour, habits, rates);
  allForward(chain);
  const last = rowOf(chain, hours);
  allBackward(chain, 0);
  return { fromHour, ...summarise(chain), last, habits };
}

/** Sets every hour's weights: by habit where there is one, else towards fewer people. */
function lean(chain: Chain, rings: Rings, fromHour: number, habits: Float64Array, rates: Rates): void {
  const { hours, size, weights } = chain;
  const habitual = habits.length === PLAIN_ROWS * size;
  if (!habitual) writeThrift(rates, weights, size);
  else if (hours > 1) weights.set(habits);
  // The live count asks for one hour at every reading.
  else for (let at = (fromHour % 24) * size, n = 0; n < size; n++, at++) weights[at] = habits[at] as number;
  const blind = !hasRing(rings.on) && !hasRing(rings.seen);
  for (let t = 0; t < hours; t++) {
    const hour = fromHour + t;
    const plainRow = habitual ? hour % 24 : thriftRowOf(hour);
    if (blind) chain.weightsOf[t] = plainRow;
    else weighBy(chain, t, rings, hour, plainRow, rates);
  }
}

/** Nothing is known to begin with. */
function allForward(chain: Chain): void {
  const { hours, size } = chain;
  chain.rows.fill(1 / size, 0, size);
  chain.lows[0] = 0;
  chain.highs[0] = size - 1;
  for (let t = 0; t < hours; t++) forward(chain, t, t + 1 < hours ? TINY : 0);
}

/** Makes the rows behind row `until` those of the whole diary. */
function allBackward(chain: Chain, until: number): void {
  const { hours, size } = chain;
  chain.later.fill(1, 0, size);
  for (let row = hours; row > until; row--) backward(chain, row);
}

function rowOf({ rows, size, lows, highs }: Chain, row: number): number[] {
  const chances: number[] = [];
  const [low, high] = [lows[row] as number, highs[row] as number];
  for (let n = 0; n < size; n++) chances.push(n < low || n > high ? 0 : (rows[row * size + n] as number));
  return chances;
}

/** Hours a habit is taken from. */
const HABIT_HOURS = 21 * 24;

function habitsOf({ hours, size, rows, lows, highs }: Chain, from: number, fromHour: number, rates: Rates) {
  const habits = new Float64Array(24 * size).fill(rates.habitFloor);
  for (let t = from; t < hours; t++) {
    const at = ((fromHour + t) % 24) * size;
    const high = highs[t + 1] as number;
    for (let n = lows[t + 1] as number; n <= high; n++)
      habits[at + n] = (habits[at + n] as number) + (rows[(t + 1) * size + n] as number);
  }
  for (let at = 0; at < habits.length; at += size) {
    let most = 0;
    for (let n = 0; n < size; n++) most = Math.max(most, habits[at + n] as number);
    // Most numbers of people are never seen at the hour: one power serves them all.
    const never = (rates.habitFloor / most) ** rates.habit;
    for (let n = 0; n < size; n++) {
      const days = habits[at + n] as number;
      habits[at + n] = days === rates.habitFloor ? never : (days / most) ** rates.habit;
    }
  }
  return habits;
}

function summarise({ hours, size, rows, lows, highs }: Chain): Pick<Smoothed, "mean" | "sd"> {
  const mean = new Float64Array(hours);
  const sd = new Float64Array(hours);
  for (let t = 0; t < hours; t++) {
    const high = highs[t + 1] as number;
    let [first, second] = [0, 0];
    for (let n = lows[t + 1] as number; n <= high; n++) {
      const p = rows[(t + 1) * size + n] as number;
      first += p * n;
      second += p * n * n;
    }
    mean[t] = first;
    sd[t] = Math.sqrt(Math.max(0, second - first * first));
  }
  return { mean, sd };
}
