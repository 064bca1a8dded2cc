/** Steps of the chain over an hour in which nothing passed, which most are: few errors are thinkable, so the numbers go by as in a window of five. */
import { type Chain, weightsFrom, weightsIn } from "./chain.ts";
import { AT_EDGE, MISSED, WIDTH } from "./hours.ts";

/** So far from none are errors followed. */
const NEAR = 2;

/** True for an hour these steps are made for. */
export function isNear({ kernelOf, firsts, lasts, nets }: Chain, t: number): boolean {
  const errors = kernelOf[t] as number;
  return nets[t] === 0 && firsts[errors] === MISSED - NEAR && lasts[errors] === MISSED + NEAR;
}

/** Fills row `t + 1` from row `t` from `lowest` to `inner`, which lies below the highest number of all. Returns the sum of what it wrote. */
export function nearForward(chain: Chain, t: number, lowest: number, inner: number): number {
  const { size, rows, kernels } = chain;
  const from = t * size;
  const to = from + size;
  const weights = weightsIn(chain, t);
  const weightsAt = weightsFrom(chain, t);
  const low = chain.lows[t] as number;
  const high = chain.highs[t] as number;
  const k = (chain.kernelOf[t] as number) * WIDTH + MISSED - NEAR;
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
  let sum = 0;
  if (lowest === 0) {
    // What would be fewer than nobody is held there.
    const nobody = b * ((k0 + k1) * AT_EDGE + k2) + c * (k0 * AT_EDGE + k1) + d * k0;
    sum = nobody * (weights[weightsAt] as number);
    rows[to] = sum;
  }
  for (let n = begin; n <= inner; n++) {
    const e = n + NEAR > high ? 0 : (rows[from + n + NEAR] as number);
    const value = (a * k4 + b * k3 + c * k2 + d * k1 + e * k0) * (weights[weightsAt + n] as number);
    rows[to + n] = value;
    sum += value;
    a = b;
    b = c;
    c = d;
    d = e;
  }
  return sum;
}

/** How well each number of people followed in row `t` fits what comes later, by `fits` of row `t + 1`, into `earlier`. Returns the best. */
export function nearExplain(chain: Chain, t: number): number {
  const { size, rows, kernels, earlier, fits } = chain;
  const from = t * size;
  const low = chain.lows[t] as number;
  const high = chain.highs[t] as number;
  const reachedLow = chain.lows[t + 1] as number;
  const reachedHigh = chain.highs[t + 1] as number;
  const k = (chain.kernelOf[t] as number) * WIDTH + MISSED - NEAR;
  const k0 = kernels[k] as number;
  const k1 = kernels[k + 1] as number;
  const k2 = kernels[k + 2] as number;
  const k3 = kernels[k + 3] as number;
  const k4 = kernels[k + 4] as number;
  const at = (n: number): number => (n < reachedLow || n > reachedHigh ? 0 : (fits[n] as number));
  const top = size - 1;
  const heldLow = at(0) * AT_EDGE;
  const heldHigh = at(top) * AT_EDGE;
  let a = at(low - 2);
  let b = at(low - 1);
  let c = at(low);
  let d = at(low + 1);
  let most = 0;
  for (let n = low; n <= high; n++) {
    const e = at(n + 2);
    let total = 0;
    if ((rows[from + n] as number) > 0) {
      total = a * k0 + b * k1 + c * k2 + d * k3 + e * k4;
      if (n < NEAR) total += heldLow * (n === 0 ? k0 + k1 : k0);
      if (n > top - NEAR) total += heldHigh * (n === top ? k3 + k4 : k4);
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
