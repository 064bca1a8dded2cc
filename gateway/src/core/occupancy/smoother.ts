/** How many people were in, hour by hour, as the whole diary has it: forward-backward over a hidden count that is never negative. */

import { type Chain, chainOf, setHour, share, weighBy } from "./chain.ts";
import { backward, forward } from "./chain-steps.ts";
import { type Diary, hasRing, type Rings, ringsOf } from "./diary.ts";
import { RATES, type Rates, TINY, thriftRowOf, thriftRows } from "./hours.ts";

/** What the hours that nothing changes any more came to: the next morning goes on from there, unless the standing of a counter behind it changed. */
export interface Settled {
  /** Local hour up to which the head count is settled, and chances of 0, 1, … people then, by all that came before. */
  readonly hour: number;
  readonly usual: Float64Array;
  /** Whether the counters were believed on the local day of that hour, and on the seven before: a bit for each, the latest lowest. */
  readonly works: number;
  /** Local hour up to which habits are, which is later, and those chances then, where fewer are leant to. */
  readonly habitHour: number;
  readonly plain: Float64Array;
  /** By hour of the day, one after the other: on how many days 0, 1, … people were in, older days counting less; to thousandths. */
  readonly days: Float64Array;
}

/** Believed people at the end of each hour from `fromHour`. */
export interface Smoothed {
  readonly fromHour: number;
  /** Persons. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Chances of 0, 1, … people at the end of the last hour. */
  readonly last: Float64Array;
  /** Weights of 0, 1, … people in each hour of the day, for a live count that goes on from here; empty where habits do not count. */
  readonly habits: Float64Array;
  /** What the next morning goes on from. */
  readonly settled: Settled;
}

const NO_HABITS = new Float64Array(0);

/**
 * The forward pass gone on with, from the chances `before` of 0, 1, … people at the start of local hour `fromHour` to within `hour`: row
 * `hour - fromHour` holds those at the start of `hour`, the next row those by now. The chain stands until the next call.
 */
export function goOn(
  before: Float64Array,
  diary: Diary,
  fromHour: number,
  hour: number,
  worksOn: (day: number) => boolean,
  habits: Float64Array,
  rates: Rates = RATES,
): Chain {
  const hours = hour - fromHour + 1;
  const chain = chainOf(hours, before.length);
  const rings = ringsOf(diary);
  setHours(chain, rings, fromHour, worksOn, rates);
  lean(chain, rings, fromHour, habits, rates);
  follow(chain, before);
  for (let t = 0; t < hours; t++) forward(chain, t, t + 1 < hours ? TINY : 0);
  return chain;
}

/** Makes `before` the first row, as far as it is followed. */
function follow({ size, rows, lows, highs }: Chain, before: Float64Array): void {
  let [low, high] = [size - 1, 0];
  for (let n = 0; n < size; n++) {
    const chance = before[n] as number;
    const followed = chance >= TINY;
    rows[n] = followed ? chance : 0;
    if (!followed) continue;
    if (n < low) low = n;
    high = n;
  }
  lows[0] = Math.min(low, high);
  highs[0] = high;
}

function setHours(chain: Chain, rings: Rings, fromHour: number, worksOn: (day: number) => boolean, rates: Rates): void {
  let works = false;
  for (let t = 0; t < chain.hours; t++) {
    const hour = fromHour + t;
    if (t === 0 || hour % 24 === 0) works = worksOn(Math.floor(hour / 24));
    setHour(chain, t, rings, hour, works, rates);
  }
}

/** Hours that what comes later may still change. Habits are not that particular. */
const OPEN_HOURS = 3 * 24;
const HABIT_OPEN_HOURS = 2 * 24;
/** Days up to the settled one whose counters may yet be doubted, or believed again: what a week shows of a counter holds for all of that week. */
const DOUBTED_DAYS = 8;

/**
 * The hours from `fromHour` to `toHour` (excluded), or from where `settled` ends, twice: first leaning towards fewer people, then towards what the
 * hour of the day usually is by the first. `worksOn(day)` tells whether the counters can be believed on that local day. O(hours x likely persons).
 */
export function smooth(
  diary: Diary,
  fromHour: number,
  toHour: number,
  maxPersons: number,
  worksOn: (day: number) => boolean,
  rates: Rates = RATES,
  settled?: Settled,
): Smoothed {
  const size = maxPersons + 1;
  const goesOn = settled !== undefined && fits(settled, size, fromHour, toHour);
  const before = goesOn && settled.works === standing(settled.hour, worksOn) ? settled : undefined;
  const begin = before?.hour ?? fromHour;
  const hours = toHour - begin;
  const chain = chainOf(hours, size);
  const rings = ringsOf(diary);
  setHours(chain, rings, begin, worksOn, rates);
  lean(chain, rings, begin, NO_HABITS, rates);
  const from = before === undefined ? 0 : before.habitHour - begin;
  const known = Math.max(from, hours - HABIT_OPEN_HOURS);
  allForward(chain, from, before?.plain);
  const plain = chancesOf(chain, known);
  allBackward(chain, from);
  const days = before === undefined ? new Float64Array(24 * size) : before.days.slice();
  addDays(days, chain, begin, from, known, FADING);
  for (let at = 0; at < days.length; at++) days[at] = Math.round((days[at] as number) * THOUSAND) / THOUSAND;
  const habits = habitsOf(days, chain, begin, known, rates);
  lean(chain, rings, begin, habits, rates);
  allForward(chain, 0, before?.usual);
  const closed = Math.max(0, hours - OPEN_HOURS);
  const usual = chancesOf(chain, closed);
  const last = chancesOf(chain, hours);
  allBackward(chain, 0);
  const hour = begin + closed;
  const next: Settled = { hour, usual, works: standing(hour, worksOn), habitHour: begin + known, plain, days };
  return { fromHour: begin, ...summarise(chain), last, habits, settled: next };
}

/** As in {@link Settled.works}. */
function standing(hour: number, worksOn: (day: number) => boolean): number {
  const day = Math.floor(hour / 24);
  let bits = 0;
  for (let back = 0; back < DOUBTED_DAYS; back++) if (worksOn(day - back)) bits |= 1 << back;
  return bits;
}

/** Of the same numbers of people, no older than the diary (a box may have been off for weeks), and of before the morning in hand. */
const fits = ({ hour, habitHour, plain }: Settled, size: number, fromHour: number, toHour: number): boolean =>
  plain.length === size && hour >= fromHour && habitHour < toHour;

/** Sets every hour's weights: by habit where there is one, else towards fewer people. */
function lean(chain: Chain, rings: Rings, fromHour: number, habits: Float64Array, rates: Rates): void {
  const { hours, size, weightsOf } = chain;
  const habitual = habits.length === 24 * size;
  share(chain, habitual ? habits : thriftRows(rates, size));
  const blind = !hasRing(rings.on) && !hasRing(rings.seen);
  for (let t = 0; t < hours; t++) {
    const hour = fromHour + t;
    const row = habitual ? hour % 24 : thriftRowOf(hour);
    if (blind) weightsOf[t] = row;
    else weighBy(chain, t, rings, hour, row, rates);
  }
}

/** From row `from` on, where there was `before`; where there is nothing before, nothing is known to begin with. */
function allForward(chain: Chain, from: number, before?: Float64Array): void {
  const { hours, size, rows, lows, highs } = chain;
  if (before === undefined) {
    rows.fill(1 / size, from * size, (from + 1) * size);
    lows[from] = 0;
    highs[from] = size - 1;
  } else {
    rows.set(before, from * size);
    lows[from] = before.findIndex((chance) => chance > 0);
    highs[from] = before.findLastIndex((chance) => chance > 0);
  }
  for (let t = from; t < hours; t++) forward(chain, t, t + 1 < hours ? TINY : 0);
}

/** Makes the rows behind row `until` those of the whole diary. */
function allBackward(chain: Chain, until: number): void {
  const { hours, size } = chain;
  chain.later.fill(1, 0, size);
  for (let row = hours; row > until; row--) backward(chain, row);
}

/** A row's chances for who keeps them; 0 of numbers that are not followed. */
export function writeChances({ rows, size, lows, highs }: Chain, row: number, chances: Float64Array): void {
  const [low, high] = [lows[row] as number, highs[row] as number];
  for (let n = 0; n < size; n++) chances[n] = n < low || n > high ? 0 : (rows[row * size + n] as number);
}

function chancesOf(chain: Chain, row: number): Float64Array {
  const chances = new Float64Array(chain.size);
  writeChances(chain, row, chances);
  return chances;
}

/** Of a settled day in the habits from one day to the next: with the open ones they count for three weeks. */
const FADING = 1 - 1 / 19;
const THOUSAND = 1000;

/** Adds the hours from `from` to `until` of the chain to the days of their hour of the day, of which those before have faded. */
function addDays(
  days: Float64Array,
  { size, rows, lows, highs }: Chain,
  begin: number,
  from: number,
  until: number,
  fading: number,
): void {
  for (let t = from; t < until; t++) {
    const at = ((begin + t) % 24) * size;
    if (fading !== 1) for (let n = 0; n < size; n++) days[at + n] = (days[at + n] as number) * fading;
    const high = highs[t + 1] as number;
    for (let n = lows[t + 1] as number; n <= high; n++)
      days[at + n] = (days[at + n] as number) + (rows[(t + 1) * size + n] as number);
  }
}

/** Of the settled days and of the open hours from `closed` on. */
function habitsOf(settled: Float64Array, chain: Chain, begin: number, closed: number, rates: Rates): Float64Array {
  if (rates.habit === 0) return NO_HABITS;
  const { hours, size } = chain;
  const habits = settled.slice();
  for (let at = 0; at < habits.length; at++) habits[at] = (habits[at] as number) + rates.habitFloor;
  addDays(habits, chain, begin, closed, hours, 1);
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
