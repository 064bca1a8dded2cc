/** How many people were in, hour by hour, as the whole diary has it: forward-backward over a hidden count that is never negative. */
import type { Diary } from "./diary.ts";
import { AT_EDGE, MISSED, RATES, type Rates, TINY, trafficOf, WIDTH, writeKernel, writeWeights } from "./hours.ts";

/** Believed people at the end of each hour from `fromHour`. */
export interface Smoothed {
  readonly fromHour: number;
  /** Persons. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Chances of 0, 1, … people at the end of the last hour. */
  readonly last: Float64Array;
  /** By hour of the day, weights of 0, 1, … people for a live count that goes on from here. */
  readonly habits: readonly Float64Array[];
}

/** The first and last of an hour's errors worth following. */
function likely(kernels: Float64Array, at: number): readonly [number, number] {
  let [first, last] = [0, WIDTH - 1];
  while (first < last && (kernels[at + first] as number) < TINY) first += 1;
  while (last > first && (kernels[at + last] as number) < TINY) last -= 1;
  return [first, last];
}

/** One step of the forward pass, from `from` to `to` in `rows`; the weights of the hour are applied. */
function move(
  before: Float64Array,
  from: number,
  after: Float64Array,
  to: number,
  size: number,
  kernels: Float64Array,
  kernelAt: number,
  net: number,
  weights: Float64Array,
  weightsAt: number,
): void {
  const [first, last] = likely(kernels, kernelAt);
  for (let n = 0; n < size; n++) {
    const mass = before[from + n] as number;
    if (mass < TINY) continue;
    const target = n + net - MISSED;
    // Most steps stay away from the edges.
    if (target + first >= 0 && target + last < size) {
      for (let e = first, at = to + target + first; e <= last; e++, at++)
        after[at] = (after[at] as number) + mass * (kernels[kernelAt + e] as number);
      continue;
    }
    for (let e = first; e <= last; e++) {
      const kernel = kernels[kernelAt + e] as number;
      const inside = Math.min(size - 1, Math.max(0, target + e));
      const chance = mass * kernel * (inside === target + e ? 1 : AT_EDGE);
      after[to + inside] = (after[to + inside] as number) + chance;
    }
  }
  weigh(after, to, weights, weightsAt, size);
}

/** One hour of the forward pass: what was believed at its start, and what its traffic and sensors make of it by its end (or by now). */
export function stepHour(
  before: Float64Array,
  diary: Diary,
  hour: number,
  counterWorks: boolean,
  habit: Float64Array | undefined,
  rates: Rates = RATES,
): Float64Array {
  const size = before.length;
  const traffic = trafficOf(diary, hour, counterWorks, rates);
  const kernel = new Float64Array(WIDTH);
  writeKernel(traffic, kernel, 0);
  const weights = new Float64Array(size);
  writeWeights(diary, hour, traffic.in + traffic.out > 0, rates, habit, weights, 0, size);
  const after = new Float64Array(size);
  move(before, 0, after, 0, size, kernel, 0, traffic.in - traffic.out, weights, 0);
  return after;
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
  const size = maxPersons + 1;
  const kernels = new Float64Array(hours * WIDTH);
  const nets = new Int16Array(hours);
  const moved = new Uint8Array(hours);
  for (let t = 0; t < hours; t++) {
    const hour = fromHour + t;
    const traffic = trafficOf(diary, hour, worksOn(Math.floor(hour / 24)), rates);
    writeKernel(traffic, kernels, t * WIDTH);
    nets[t] = traffic.in - traffic.out;
    moved[t] = traffic.in + traffic.out > 0 ? 1 : 0;
  }
  const weights = new Float64Array(hours * size);
  const pass = (habits: readonly Float64Array[] | undefined) => {
    for (let t = 0; t < hours; t++) {
      const habit = habits?.[(fromHour + t) % 24];
      writeWeights(diary, fromHour + t, moved[t] === 1, rates, habit, weights, t * size, size);
    }
    return bothWays(hours, size, kernels, nets, weights);
  };
  const first = pass(undefined);
  if (rates.habit === 0) return { fromHour, ...summarise(first.posterior, hours, size), last: first.last, habits: [] };
  const habits = habitsOf(first.posterior, fromHour, hours, size, rates);
  const second = pass(habits);
  return { fromHour, ...summarise(second.posterior, hours, size), last: second.last, habits };
}

/** Days an hour's habit is taken from. */
const HABIT_HOURS = 21 * 24;

function habitsOf(
  posterior: Float64Array,
  fromHour: number,
  hours: number,
  size: number,
  rates: Rates,
): Float64Array[] {
  const rows = Array.from({ length: 24 }, () => new Float64Array(size).fill(rates.habitFloor));
  for (let t = Math.max(0, hours - HABIT_HOURS); t < hours; t++) {
    const row = rows[(fromHour + t) % 24] as Float64Array;
    for (let n = 0; n < size; n++) row[n] = (row[n] as number) + (posterior[t * size + n] as number);
  }
  for (const row of rows) {
    const most = row.reduce((top, value) => Math.max(top, value), 0);
    for (let n = 0; n < size; n++) row[n] = ((row[n] as number) / most) ** rates.habit;
  }
  return rows;
}

/** The posterior of every hour, hour by hour; and the forward pass at its end. */
function bothWays(
  hours: number,
  size: number,
  kernels: Float64Array,
  nets: Int16Array,
  weights: Float64Array,
): { readonly posterior: Float64Array; readonly last: Float64Array } {
  const rows = new Float64Array((hours + 1) * size);
  rows.fill(1 / size, 0, size);
  for (let t = 0; t < hours; t++) {
    move(rows, t * size, rows, (t + 1) * size, size, kernels, t * WIDTH, nets[t] ?? 0, weights, t * size);
  }
  const last = rows.slice(hours * size);
  let later = new Float64Array(size).fill(1);
  let earlier = new Float64Array(size);
  for (let t = hours - 1; t >= 0; t--) {
    weigh(rows, (t + 1) * size, later, 0, size);
    moveBack(rows, t * size, later, earlier, size, kernels, t * WIDTH, nets[t] ?? 0, weights, t * size);
    [later, earlier] = [earlier, later];
  }
  return { posterior: rows.subarray(size), last };
}

/** Weighs a row by the weights, and makes chances of it. */
function weigh(rows: Float64Array, at: number, weights: Float64Array, weightsAt: number, size: number): void {
  let sum = 0;
  for (let n = 0; n < size; n++) {
    const value = (rows[at + n] as number) * (weights[weightsAt + n] as number);
    rows[at + n] = value;
    sum += value;
  }
  for (let n = 0; n < size; n++) rows[at + n] = sum > 0 ? (rows[at + n] as number) / sum : 1 / size;
}

/** One step of the backward pass: how well each number of people before the hour fits all that comes later. Only for those the forward pass thinks likely. */
function moveBack(
  forward: Float64Array,
  at: number,
  later: Float64Array,
  earlier: Float64Array,
  size: number,
  kernels: Float64Array,
  kernelAt: number,
  net: number,
  weights: Float64Array,
  weightsAt: number,
): void {
  const [first, last] = likely(kernels, kernelAt);
  let most = 0;
  for (let n = 0; n < size; n++) {
    const followed = (forward[at + n] as number) >= TINY;
    const target = n + net - MISSED;
    let total = 0;
    if (followed && target + first >= 0 && target + last < size) {
      for (let e = first, to = target + first; e <= last; e++, to++)
        total += (kernels[kernelAt + e] as number) * (weights[weightsAt + to] as number) * (later[to] as number);
    } else if (followed) {
      for (let e = first; e <= last; e++) {
        const inside = Math.min(size - 1, Math.max(0, target + e));
        const chance = (kernels[kernelAt + e] as number) * (inside === target + e ? 1 : AT_EDGE);
        total += chance * (weights[weightsAt + inside] as number) * (later[inside] as number);
      }
    }
    earlier[n] = total;
    most = Math.max(most, total);
  }
  for (let n = 0; n < size; n++) earlier[n] = most > 0 ? (earlier[n] as number) / most : 1;
}

function summarise(posterior: Float64Array, hours: number, size: number): Pick<Smoothed, "mean" | "sd"> {
  const mean = new Float64Array(hours);
  const sd = new Float64Array(hours);
  for (let t = 0; t < hours; t++) {
    let [first, second] = [0, 0];
    for (let n = 0; n < size; n++) {
      const p = posterior[t * size + n] as number;
      first += p * n;
      second += p * n * n;
    }
    mean[t] = first;
    sd[t] = Math.sqrt(Math.max(0, second - first * first));
  }
  return { mean, sd };
}
