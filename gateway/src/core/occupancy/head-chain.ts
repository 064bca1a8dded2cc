/**
 * The hidden head count as a chain of hours, laid out for speed: a site's spaces have some thousand hours each, all gone through every morning.
 * Most hours are alike, so they share their errors and weights; and of each hour only the likely numbers of people are followed.
 */
import { HOURS, type Rings } from "./diary.ts";
import {
  AT_EDGE,
  isQuiet,
  isUnseen,
  MISSED,
  type Rates,
  TINY,
  trafficOf,
  WIDTH,
  writeKernel,
  writeWeights,
} from "./hours.ts";

/** Rows of weights that hours may share: one for each hour of the day, or those of the leaning towards fewer. */
export const PLAIN_ROWS = 24;

export interface Chain {
  readonly hours: number;
  /** Numbers of people considered: 0 to `size - 1`. */
  readonly size: number;
  /** Chances of 0, 1, … people: row 0 before the first hour, row `t + 1` after hour `t`. Only what lies between `lows` and `highs` is written. */
  readonly rows: Float64Array;
  readonly lows: Uint8Array;
  readonly highs: Uint8Array;
  /** People in minus out. */
  readonly nets: Int16Array;
  readonly moved: Uint8Array;
  /** Chances of errors in rows of WIDTH, the quiet hours' row first; of each row the first and last worth following; and each hour's row. */
  readonly kernels: Float64Array;
  readonly firsts: Uint8Array;
  readonly lasts: Uint8Array;
  readonly kernelOf: Uint16Array;
  /** Rows of weights: the plain ones, then one for each hour; and which of them an hour takes. */
  readonly weights: Float64Array;
  readonly weightsOf: Uint16Array;
  /** How well each number of people at the end of the hour in hand fits all that comes later. */
  readonly later: Float64Array;
  readonly earlier: Float64Array;
  /** … times what the hour's devices say of them. */
  readonly fits: Float64Array;
}

const makeChain = (hours: number, size: number): Chain => ({
  hours,
  size,
  rows: new Float64Array((hours + 1) * size),
  lows: new Uint8Array(hours + 1),
  highs: new Uint8Array(hours + 1),
  nets: new Int16Array(hours),
  moved: new Uint8Array(hours),
  kernels: new Float64Array((hours + 1) * WIDTH),
  firsts: new Uint8Array(hours + 1),
  lasts: new Uint8Array(hours + 1),
  kernelOf: new Uint16Array(hours),
  weights: new Float64Array((PLAIN_ROWS + hours) * size),
  weightsOf: new Uint16Array(hours),
  later: new Float64Array(size),
  earlier: new Float64Array(size),
  fits: new Float64Array(size),
});

/** The room of the largest chain so far. Every call writes what it reads, so nothing of one chain shows in the next. */
let room = makeChain(1, 1);

/** A chain to fill hour by hour. It stands until the next call. */
export function chainOf(hours: number, size: number): Chain {
  if (hours > room.nets.length || size > room.later.length)
    room = makeChain(Math.max(hours, room.nets.length), Math.max(size, room.later.length));
  return { ...room, hours, size };
}

/** What passed in the hour, and what was missed. Hours are set in order, from 0 on. */
export function setHour(
  chain: Chain,
  t: number,
  rings: Rings,
  hour: number,
  counterWorks: boolean,
  rates: Rates,
): void {
  if (t === 0) setErrors(chain, 0, rates.quiet, rates.quiet);
  const traffic = trafficOf(rings, hour % HOURS, counterWorks, rates);
  chain.nets[t] = traffic.in - traffic.out;
  chain.moved[t] = traffic.in + traffic.out > 0 ? 1 : 0;
  const row = isQuiet(traffic, rates) ? 0 : t + 1;
  chain.kernelOf[t] = row;
  if (row > 0) setErrors(chain, row, traffic.missedIn, traffic.missedOut);
}

function setErrors({ kernels, firsts, lasts }: Chain, row: number, missedIn: number, missedOut: number): void {
  const at = row * WIDTH;
  writeKernel(missedIn, missedOut, kernels, at);
  let [first, last] = [0, WIDTH - 1];
  while (first < last && (kernels[at + first] as number) < TINY) first += 1;
  while (last > first && (kernels[at + last] as number) < TINY) last -= 1;
  firsts[row] = first;
  lasts[row] = last;
}

/** The hour's weights: those of the plain row, and what sensors have to say. */
export function weighBy(chain: Chain, t: number, rings: Rings, hour: number, plainRow: number, rates: Rates): void {
  const { size, weights, weightsOf } = chain;
  const moved = chain.moved[t] === 1;
  if (isUnseen(rings, hour % HOURS, moved)) {
    weightsOf[t] = plainRow;
    return;
  }
  weightsOf[t] = PLAIN_ROWS + t;
  writeWeights(rings, hour % HOURS, moved, rates, weights, plainRow * size, weights, (PLAIN_ROWS + t) * size, size);
}

/** One hour on: fills row `t + 1` from row `t`. Chances less than `least` become 0: they are not followed. */
export function forward(chain: Chain, t: number, least: number): void {
  const { size, rows, lows, highs, kernels, weights } = chain;
  const from = t * size;
  const to = from + size;
  const errors = chain.kernelOf[t] as number;
  const first = chain.firsts[errors] as number;
  const last = chain.lasts[errors] as number;
  const shift = (chain.nets[t] as number) - MISSED;
  const weightsAt = (chain.weightsOf[t] as number) * size;
  const low = lows[t] as number;
  const high = highs[t] as number;
  const lowest = within(low + shift + first, size);
  const highest = within(high + shift + last, size);
  const inner = Math.min(highest, size - 2);
  let sum = 0;
  if (shift === -MISSED && first === MISSED - NEAR && last === MISSED + NEAR) {
    // Of most hours it is enough to look at the nearest numbers: they go by as in a window.
    const k = errors * WIDTH + first;
    const k0 = kernels[k] as number;
    const k1 = kernels[k + 1] as number;
    const k2 = kernels[k + 2] as number;
    const k3 = kernels[k + 3] as number;
    const k4 = kernels[k + 4] as number;
    const at = (n: number): number => (n < low || n > high ? 0 : (rows[from + n] as number));
    const begin = Math.max(1, lowest);
    let a = at(begin - 2);
    let b = at(begin - 1);
    let c = at(begin);
    let d = at(begin + 1);
    if (lowest === 0) {
      const none = b * ((k0 + k1) * AT_EDGE + k2) + c * (k0 * AT_EDGE + k1) + d * k0;
      sum = put(chain, to, weightsAt, 0, none, sum);
    }
    for (let n = begin; n <= inner; n++) {
      const e = n + 2 <= high && n + 2 >= low ? (rows[from + n + 2] as number) : 0;
      const value = (a * k4 + b * k3 + c * k2 + d * k1 + e * k0) * (weights[weightsAt + n] as number);
      rows[to + n] = value;
      sum += value;
      a = b;
      b = c;
      c = d;
      d = e;
    }
  } else {
    if (lowest === 0) sum = put(chain, to, weightsAt, 0, edge(chain, from, low, high, errors, shift, 0), sum);
    for (let n = Math.max(1, lowest); n <= inner; n++) {
      const error = errors * WIDTH + n - shift;
      const end = Math.min(high, n - shift - first);
      let chance = 0;
      for (let before = Math.max(low, n - shift - last); before <= end; before++)
        chance += (rows[from + before] as number) * (kernels[error - before] as number);
      const value = chance * (weights[weightsAt + n] as number);
      rows[to + n] = value;
      sum += value;
    }
  }
  const top = size - 1;
  if (highest === top && top > 0)
    sum = put(chain, to, weightsAt, top, edge(chain, from, low, high, errors, shift, top), sum);
  if (sum > 0) settle(chain, t + 1, lowest, highest, sum, least);
  else allAlike(chain, t + 1);
}

/** So far from none are errors followed in a quiet hour. */
const NEAR = 2;

/** Writes one number's weighed chance. Returns the new `sum`. */
function put({ rows, weights }: Chain, to: number, weightsAt: number, n: number, chance: number, sum: number): number {
  const value = chance * (weights[weightsAt + n] as number);
  rows[to + n] = value;
  return sum + value;
}

const within = (n: number, size: number): number => Math.min(size - 1, Math.max(0, n));

/** What comes to the lowest or highest number of people: what would leave the range is held there. */
function edge(
  { rows, kernels, firsts, lasts }: Chain,
  from: number,
  low: number,
  high: number,
  errors: number,
  shift: number,
  at: number,
): number {
  const first = firsts[errors] as number;
  const last = lasts[errors] as number;
  // The others do not reach it.
  const begin = at === 0 ? low : Math.max(low, at - shift - last);
  const end = at === 0 ? Math.min(high, -shift - first) : high;
  let sum = 0;
  for (let n = begin; n <= end; n++) {
    const mass = rows[from + n] as number;
    const exact = at - n - shift;
    const leastError = at === 0 ? first : Math.max(first, exact);
    const mostError = at === 0 ? Math.min(last, exact) : last;
    for (let e = leastError; e <= mostError; e++)
      sum += mass * (kernels[errors * WIDTH + e] as number) * (e === exact ? 1 : AT_EDGE);
  }
  return sum;
}

/** Makes chances of a row, and finds the first and last of them that are followed. */
function settle(
  { size, rows, lows, highs }: Chain,
  row: number,
  lowest: number,
  highest: number,
  sum: number,
  least: number,
) {
  let low = highest;
  let high = lowest;
  for (let n = lowest, at = row * size + lowest; n <= highest; n++, at++) {
    const chance = (rows[at] as number) / sum;
    if (chance < least) rows[at] = 0;
    else {
      rows[at] = chance;
      if (n < low) low = n;
      high = n;
    }
  }
  lows[row] = low;
  highs[row] = high;
}

function allAlike({ size, rows, lows, highs }: Chain, row: number): void {
  rows.fill(1 / size, row * size, (row + 1) * size);
  lows[row] = 0;
  highs[row] = size - 1;
}

/** One hour back: brings what comes `later` into row `row`, and makes it what comes later than row `row - 1`. Rows are taken from the last on. */
export function backward(chain: Chain, row: number): void {
  const { size, rows, lows, highs, later, earlier } = chain;
  const most = explain(chain, row);
  const low = lows[row] as number;
  const high = highs[row] as number;
  let sum = 0;
  for (let n = low, at = row * size + low; n <= high; n++, at++) {
    const value = (rows[at] as number) * (later[n] as number);
    rows[at] = value;
    sum += value;
  }
  if (sum > 0) settle(chain, row, low, high, sum, 0);
  else allAlike(chain, row);
  const highest = highs[row - 1] as number;
  for (let n = lows[row - 1] as number; n <= highest; n++) later[n] = most > 0 ? (earlier[n] as number) / most : 1;
}

/** How well each number of people followed before row `row` fits that row and all behind it, into `earlier`. Returns the best. */
function explain(chain: Chain, row: number): number {
  const { size, rows, lows, highs, kernels, weights, later, earlier, fits } = chain;
  const t = row - 1;
  const errors = chain.kernelOf[t] as number;
  const kernelAt = errors * WIDTH;
  const first = chain.firsts[errors] as number;
  const last = chain.lasts[errors] as number;
  const shift = (chain.nets[t] as number) - MISSED;
  const weightsAt = (chain.weightsOf[t] as number) * size;
  const low = lows[t] as number;
  const high = highs[t] as number;
  const reachedLow = lows[row] as number;
  const reachedHigh = highs[row] as number;
  for (let to = reachedLow; to <= reachedHigh; to++)
    fits[to] = (weights[weightsAt + to] as number) * (later[to] as number);
  if (shift === -MISSED && first === MISSED - NEAR && last === MISSED + NEAR)
    return explainQuiet(chain, t, kernelAt + first, reachedLow, reachedHigh);
  let most = 0;
  for (let n = low; n <= high; n++) {
    const target = n + shift;
    let total = 0;
    if ((rows[t * size + n] as number) > 0) {
      if (reachedLow === 0 && target + first < 0)
        total = heldAt(chain, errors, first, Math.min(last, -1 - target), 0, total);
      const end = Math.min(last, reachedHigh - target);
      for (let e = Math.max(first, reachedLow - target); e <= end; e++)
        total += (kernels[kernelAt + e] as number) * (fits[target + e] as number);
      if (reachedHigh === size - 1 && target + last >= size)
        total = heldAt(chain, errors, Math.max(first, size - target), last, size - 1, total);
    }
    earlier[n] = total;
    if (total > most) most = total;
  }
  return most;
}

/** The same for an hour in which nothing passed, with errors of up to NEAR either way from `k` on: the numbers reached go by as in a window. */
function explainQuiet(chain: Chain, t: number, k: number, reachedLow: number, reachedHigh: number): number {
  const { size, rows, kernels, earlier, fits } = chain;
  const from = t * size;
  const low = chain.lows[t] as number;
  const high = chain.highs[t] as number;
  const k0 = kernels[k] as number;
  const k1 = kernels[k + 1] as number;
  const k2 = kernels[k + 2] as number;
  const k3 = kernels[k + 3] as number;
  const k4 = kernels[k + 4] as number;
  const at = (n: number): number => (n < reachedLow || n > reachedHigh ? 0 : (fits[n] as number));
  let a = at(low - 2);
  let b = at(low - 1);
  let c = at(low);
  let d = at(low + 1);
  const none = at(0) * AT_EDGE;
  const top = size - 1;
  const all = at(top) * AT_EDGE;
  let most = 0;
  for (let n = low; n <= high; n++) {
    const e = at(n + 2);
    let total = 0;
    if ((rows[from + n] as number) > 0) {
      total = a * k0 + b * k1 + c * k2 + d * k3 + e * k4;
      if (n < NEAR) total += none * (n === 0 ? k0 + k1 : k0);
      if (n > top - NEAR) total += all * (n === top ? k3 + k4 : k4);
    }
    earlier[n] = total;
    if (total > most) most = total;
    a = b;
    b = c;
    c = d;
    d = e;
  }
  return most;
}

/** Adds to `total` what errors that would leave the range make of its edge `at`. */
function heldAt({ kernels, fits }: Chain, errors: number, first: number, last: number, at: number, total: number) {
  let sum = total;
  for (let e = first; e <= last; e++)
    sum += (kernels[errors * WIDTH + e] as number) * AT_EDGE * (fits[at] as number);
  return sum;
}
