/** One hour on, and one hour back, along the chain of hours. Of each hour only the likely numbers of people are followed. */
import { type Chain, weightsFrom, weightsIn } from "./chain.ts";
import { AT_EDGE, MISSED, WIDTH } from "./hours.ts";
import { isNear, nearExplain, nearForward } from "./near-steps.ts";

/** One hour on: fills row `t + 1` from row `t`. Chances less than `least` become 0: they are not followed. */
export function forward(chain: Chain, t: number, least: number): void {
  const { size, rows, lows, highs, kernels } = chain;
  const from = t * size;
  const to = from + size;
  const errors = chain.kernelOf[t] as number;
  const first = chain.firsts[errors] as number;
  const last = chain.lasts[errors] as number;
  const shift = (chain.nets[t] as number) - MISSED;
  const weights = weightsIn(chain, t);
  const weightsAt = weightsFrom(chain, t);
  const low = lows[t] as number;
  const high = highs[t] as number;
  const lowest = within(low + shift + first, size);
  const highest = within(high + shift + last, size);
  const inner = Math.min(highest, size - 2);
  let sum = 0;
  if (isNear(chain, t)) sum = nearForward(chain, t, lowest, inner);
  else {
    if (lowest === 0) {
      sum = edge(chain, from, low, high, errors, shift, 0) * (weights[weightsAt] as number);
      rows[to] = sum;
    }
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
  if (highest === top && top > 0) {
    const value = edge(chain, from, low, high, errors, shift, top) * (weights[weightsAt + top] as number);
    rows[to + top] = value;
    sum += value;
  }
  if (sum > 0) settle(chain, t + 1, lowest, highest, sum, least);
  else allAlike(chain, t + 1);
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
  const scale = 1 / sum;
  for (let n = lowest, at = row * size + lowest; n <= highest; n++, at++) {
    const chance = (rows[at] as number) * scale;
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
  const lowest = lows[row - 1] as number;
  if (most > 0) {
    const scale = 1 / most;
    for (let n = lowest; n <= highest; n++) later[n] = (earlier[n] as number) * scale;
  } else later.fill(1, lowest, highest + 1);
}

/** How well each number of people followed before row `row` fits that row and all behind it, into `earlier`. Returns the best. */
function explain(chain: Chain, row: number): number {
  const { size, rows, lows, highs, kernels, later, earlier, fits } = chain;
  const t = row - 1;
  const errors = chain.kernelOf[t] as number;
  const kernelAt = errors * WIDTH;
  const first = chain.firsts[errors] as number;
  const last = chain.lasts[errors] as number;
  const shift = (chain.nets[t] as number) - MISSED;
  const weights = weightsIn(chain, t);
  const weightsAt = weightsFrom(chain, t);
  const low = lows[t] as number;
  const high = highs[t] as number;
  const reachedLow = lows[row] as number;
  const reachedHigh = highs[row] as number;
  for (let to = reachedLow; to <= reachedHigh; to++)
    fits[to] = (weights[weightsAt + to] as number) * (later[to] as number);
  if (isNear(chain, t)) return nearExplain(chain, t);
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

/** Adds to `total` what errors that would leave the range make of its edge `at`. */
function heldAt({ kernels, fits }: Chain, errors: number, first: number, last: number, at: number, total: number) {
  let sum = total;
  for (let e = first; e <= last; e++) sum += (kernels[errors * WIDTH + e] as number) * AT_EDGE * (fits[at] as number);
  return sum;
}
