/** How many people were in, hour by hour, as the whole diary has it: forward-backward over a hidden count that is never negative. */
import { type Diary, gaugeAt, sumAt } from "./diary.ts";

/** Errors of the devices at a door, as rates. Where the figures come from stands in docs/estimation.md. */
export const RATES = {
  /** Passages nobody saw: per hour, per counted passage, and per door opening that no count explains. */
  quiet: 0.0005,
  perCount: 0.03,
  perOpening: 0.02,
  exitUncounted: 0.12,
  /** A grant and an opening without a count: the share that was an entry all the same. */
  grantUncounted: 0.6,
  /** The same for a door with a lock only, whose grants and openings stand in for a counter. */
  lockOnly: 0.2,
  /** Chance of an hour's "nobody" from a presence sensor while somebody is in, and of "somebody" while nobody is. */
  falseAbsence: 0.3,
  falsePresence: 0.3,
  /** Chance that a sensor sees more people than there are. */
  overSeen: 0.3,
  /** Log-odds per person and hour towards fewer people, by day (9 to 17 h) and else: of two histories that explain the counts, the one with fewer. */
  thriftByDay: 0.12,
  thriftElse: 0.01,
  /** How much an hour of the day is taken to be like the same hour of other days (0: not at all). */
  habit: 0.2,
  /** … and what is never ruled out: days added to each number of people. */
  habitFloor: 0.02,
} as const;

export type Rates = { readonly [K in keyof typeof RATES]: number };

/** Passages of one hour, as the devices have them; where a counter cannot be believed, grants and openings stand in for it. */
export interface Traffic {
  readonly in: number;
  readonly out: number;
  /** Expected passages that were not counted. */
  readonly missedIn: number;
  readonly missedOut: number;
}

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

/** Missed passages considered, each way, in one hour. */
const MISSED = 4;
const WIDTH = 2 * MISSED + 1;
/** What is less likely than this is not followed. */
const TINY = 1e-7;
/** What would leave the range stays at its edge, at a price: a count that cannot be. */
const AT_EDGE = 0.02;

export function trafficOf(diary: Diary, hour: number, counterWorks: boolean, rates: Rates = RATES): Traffic {
  const opens = sumAt(diary, "opens", hour);
  const grants = sumAt(diary, "grants", hour);
  const entered = sumAt(diary, "in", hour);
  const exited = sumAt(diary, "out", hour);
  const chatters = diary.hours.opens !== undefined && entered + exited > CHATTER_RATIO * opens + CHATTER_MIN;
  if (!counterWorks || chatters) {
    const left = Math.max(0, opens - grants);
    const rate = rates.quiet + rates.lockOnly * (grants + left);
    return { in: grants, out: left, missedIn: rate, missedOut: rate };
  }
  const uncounted = Math.max(0, opens - entered - exited);
  const granted = Math.min(uncounted, Math.max(0, grants - entered));
  const rest = uncounted - granted;
  return {
    in: entered,
    out: exited,
    missedIn: rates.quiet + rates.perCount * entered + rates.grantUncounted * granted + rates.perOpening * rest,
    missedOut: rates.quiet + rates.perCount * exited + rates.exitUncounted * rest,
  };
}

/** More counts than a door that opened so often can let through in an hour: people pass two and three at a time, not ten. */
const CHATTER_RATIO = 2.5;
const CHATTER_MIN = 4;

/** Chances that the truth differs from the counted net by -MISSED … +MISSED, from `at` on in `kernels`. */
function writeKernel({ missedIn, missedOut }: Traffic, kernels: Float64Array, at: number): void {
  for (let i = 0, up = Math.exp(-missedIn); i <= MISSED; i++, up *= missedIn / i) {
    for (let j = 0, down = Math.exp(-missedOut); j <= MISSED; j++, down *= missedOut / j) {
      const slot = at + i - j + MISSED;
      kernels[slot] = (kernels[slot] ?? 0) + up * down;
      if (down * up < TINY) break;
    }
  }
}

/** What presence sensors say of the hour, and the leaning towards fewer people or the hour's habit. */
function writeWeights(
  diary: Diary,
  hour: number,
  moved: boolean,
  rates: Rates,
  habit: Float64Array | undefined,
  weights: Float64Array,
  at: number,
  size: number,
): void {
  const on = gaugeAt(diary, "on", hour);
  const seen = gaugeAt(diary, "seen", hour);
  const ofDay = hour % 24;
  const fewer = Math.exp(-(ofDay >= 9 && ofDay < 17 ? rates.thriftByDay : rates.thriftElse));
  let thrift = 1;
  for (let n = 0; n < size; n++) {
    let weight = habit === undefined ? thrift : (habit[n] ?? 0);
    if (on >= 20 && n === 0 && !moved) weight *= rates.falsePresence;
    if (on === 0 && n > 0 && !moved) weight *= rates.falseAbsence;
    if (seen > n) weight *= rates.overSeen;
    weights[at + n] = weight;
    thrift *= fewer;
  }
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
  for (let n = 0; n < size; n++) {
    const mass = before[from + n] ?? 0;
    if (mass < TINY) continue;
    for (let e = 0; e < WIDTH; e++) {
      const kernel = kernels[kernelAt + e] ?? 0;
      if (kernel < TINY) continue;
      const target = n + net + e - MISSED;
      const inside = Math.min(size - 1, Math.max(0, target));
      const chance = mass * kernel * (inside === target ? 1 : AT_EDGE);
      after[to + inside] = (after[to + inside] ?? 0) + chance;
    }
  }
  let sum = 0;
  for (let n = 0; n < size; n++) {
    const value = (after[to + n] ?? 0) * (weights[weightsAt + n] ?? 0);
    after[to + n] = value;
    sum += value;
  }
  for (let n = 0; n < size; n++) after[to + n] = sum > 0 ? (after[to + n] ?? 0) / sum : 1 / size;
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

function habitsOf(posterior: Float64Array, fromHour: number, hours: number, size: number, rates: Rates): Float64Array[] {
  const rows = Array.from({ length: 24 }, () => new Float64Array(size).fill(rates.habitFloor));
  for (let t = Math.max(0, hours - HABIT_HOURS); t < hours; t++) {
    const row = rows[(fromHour + t) % 24] as Float64Array;
    for (let n = 0; n < size; n++) row[n] = (row[n] ?? 0) + (posterior[t * size + n] ?? 0);
  }
  for (const row of rows) {
    const most = row.reduce((top, value) => Math.max(top, value), 0);
    for (let n = 0; n < size; n++) row[n] = ((row[n] ?? 0) / most) ** rates.habit;
  }
  return rows;
}

function bothWays(
  hours: number,
  size: number,
  kernels: Float64Array,
  nets: Int16Array,
  weights: Float64Array,
): { readonly posterior: Float64Array; readonly last: Float64Array } {
  const forward = new Float64Array((hours + 1) * size);
  forward.fill(1 / size, 0, size);
  for (let t = 0; t < hours; t++) {
    move(forward, t * size, forward, (t + 1) * size, size, kernels, t * WIDTH, nets[t] ?? 0, weights, t * size);
  }
  const last = forward.slice(hours * size);
  let later = new Float64Array(size).fill(1);
  let earlier = new Float64Array(size);
  for (let t = hours - 1; t >= 0; t--) {
    const row = (t + 1) * size;
    let sum = 0;
    for (let n = 0; n < size; n++) {
      const value = (forward[row + n] ?? 0) * (later[n] ?? 0);
      forward[row + n] = value;
      sum += value;
    }
    for (let n = 0; n < size; n++) forward[row + n] = sum > 0 ? (forward[row + n] ?? 0) / sum : 1 / size;
    const net = nets[t] ?? 0;
    let most = 0;
    for (let n = 0; n < size; n++) {
      let total = 0;
      if ((forward[t * size + n] ?? 0) >= TINY) {
        for (let e = 0; e < WIDTH; e++) {
          const kernel = kernels[t * WIDTH + e] ?? 0;
          if (kernel < TINY) continue;
          const target = n + net + e - MISSED;
          const inside = Math.min(size - 1, Math.max(0, target));
          const chance = kernel * (inside === target ? 1 : AT_EDGE);
          total += chance * (weights[t * size + inside] ?? 0) * (later[inside] ?? 0);
        }
      }
      earlier[n] = total;
      most = Math.max(most, total);
    }
    if (most > 0) for (let n = 0; n < size; n++) earlier[n] = (earlier[n] ?? 0) / most;
    else earlier.fill(1);
    [later, earlier] = [earlier, later];
  }
  return { posterior: forward.subarray(size), last };
}

function summarise(posterior: Float64Array, hours: number, size: number): Pick<Smoothed, "mean" | "sd"> {
  const mean = new Float64Array(hours);
  const sd = new Float64Array(hours);
  for (let t = 0; t < hours; t++) {
    let [first, second] = [0, 0];
    for (let n = 0; n < size; n++) {
      const p = posterior[t * size + n] ?? 0;
      first += p * n;
      second += p * n * n;
    }
    mean[t] = first;
    sd[t] = Math.sqrt(Math.max(0, second - first * first));
  }
  return { mean, sd };
}
