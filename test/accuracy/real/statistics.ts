/** The few statistics the analyses need: moments, quantiles, correlation, least squares, exact bounds, a block bootstrap. */
import { Random } from "@gatehouse/protocol/testing";

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : sum(values) / values.length;
export const meanSquare = (values: readonly number[]): number => mean(values.map((value) => value * value));
export const share = (values: readonly boolean[]): number => mean(values.map(Number));

/** With n - 1. */
export function variance(values: readonly number[]): number {
  const middle = mean(values);
  return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1);
}
export const deviation = (values: readonly number[]): number => Math.sqrt(variance(values));

/** Interpolated between the two neighbours. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const cross = sum(a.map((value, i) => (value - ma) * ((b[i] ?? Number.NaN) - mb)));
  return cross / Math.sqrt(sum(a.map((v) => (v - ma) ** 2)) * sum(b.map((v) => (v - mb) ** 2)));
}

/** a and b of y = a x1 + b x2, weighted. */
export function fitTwo(rows: readonly { x1: number; x2: number; y: number; weight: number }[]): [number, number] {
  const s = (f: (row: (typeof rows)[number]) => number) => sum(rows.map((row) => row.weight * f(row)));
  const [s11, s12, s22] = [s((r) => r.x1 * r.x1), s((r) => r.x1 * r.x2), s((r) => r.x2 * r.x2)];
  const [t1, t2] = [s((r) => r.x1 * r.y), s((r) => r.x2 * r.y)];
  const det = s11 * s22 - s12 * s12;
  return [(t1 * s22 - t2 * s12) / det, (t2 * s11 - t1 * s12) / det];
}

/** A value with its 95 % interval. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Draws whole blocks with replacement (a week of days, a stay in a room), so that what hangs together stays together; percentile interval. Always the same
 * numbers: the seed is fixed.
 */
export function bootstrap<T>(
  blocks: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  rounds = 1_000,
): Measured {
  const random = new Random("real-data");
  const draws = Array.from({ length: rounds }, () => statistic(blocks.flatMap(() => random.pick(blocks)))).filter(
    Number.isFinite,
  );
  return { value: statistic(blocks.flat()), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** Share of true values with its interval, blocks drawn whole. */
export function bootstrapShare(blocks: readonly (readonly boolean[])[]): Measured {
  const counted = blocks.map((block) => [{ ones: block.filter(Boolean).length, all: block.length }]);
  return bootstrap(counted, (drawn) => sum(drawn.map(({ ones }) => ones)) / sum(drawn.map(({ all }) => all)));
}

/** Upper 97.5 % bound of a share when none of `trials` independent trials succeeded. */
export const noneOf = (trials: number): number => 1 - 0.025 ** (1 / trials);

/** P(X <= events) of a Poisson variable. */
function poissonCdf(events: number, expected: number): number {
  let term = Math.exp(-expected);
  let total = term;
  for (let k = 1; k <= events; k++) {
    term *= expected / k;
    total += term;
  }
  return total;
}

function solve(wanted: number, probability: (expected: number) => number): number {
  let [low, high] = [0, 1_000];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (probability(middle) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Events per unit of exposure, exact 95 % interval. */
export function rate(events: number, exposure: number): Measured {
  return {
    value: events / exposure,
    low: events === 0 ? 0 : solve(0.975, (expected) => poissonCdf(events - 1, expected)) / exposure,
    high: solve(0.025, (expected) => poissonCdf(events, expected)) / exposure,
  };
}

/** Probability that a random value of `ones` is above a random one of `zeros`; 0.5 is no use at all. */
export function areaUnderCurve(ones: readonly number[], zeros: readonly number[]): number {
  const all = [...ones.map((value) => ({ value, one: 1 })), ...zeros.map((value) => ({ value, one: 0 }))].sort(
    (a, b) => a.value - b.value,
  );
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    ranks += ((from + 1 + to) / 2) * sum(all.slice(from, to).map(({ one }) => one));
    from = to;
  }
  return (ranks - (ones.length * (ones.length + 1)) / 2) / (ones.length * zeros.length);
}

export const groupBy = <T>(items: readonly T[], key: (item: T) => number): T[][] => [
  ...Map.groupBy(items, key).values(),
];
