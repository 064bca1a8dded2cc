/** Shapes of chance the simulated worlds are made of. */
import type { Random } from "@gatehouse/protocol/testing";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const between = (random: Random, low: number, high: number): number => low + random.float() * (high - low);

/** Positive, with this median; `sigma` is the spread of the logarithm. */
export const lognormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(random.normal(0, sigma));

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** A probability around `middle` (0 < middle < 1), spread on the logit scale, so that it never leaves 0..1. */
export function share(random: Random, middle: number, sigma: number): number {
  const logit = Math.log(middle / (1 - middle)) + random.normal(0, sigma);
  return 1 / (1 + Math.exp(-logit));
}

export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 30) return Math.max(0, Math.round(random.normal(mean, Math.sqrt(mean))));
  let product = random.float();
  const floor = Math.exp(-mean);
  let count = 0;
  while (product > floor) {
    product *= random.float();
    count += 1;
  }
  return count;
}

/** One key of a table of weights, none negative and one at least positive. */
export function weighted<K extends string>(random: Random, table: Readonly<Record<K, number>>): K {
  const entries = Object.entries<number>(table) as [K, number][];
  let left = random.float() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return (entries.at(-1) as [K, number])[0];
}

/** The same table with every weight moved by chance: how one site differs from the next. */
export function reweigh<K extends string>(
  random: Random,
  table: Readonly<Record<K, number>>,
  sigma: number,
): Record<K, number> {
  const entries = Object.entries<number>(table) as [K, number][];
  return Object.fromEntries(
    entries.map(([key, weight]) => [key, weight * Math.exp(random.normal(0, sigma))]),
  ) as Record<K, number>;
}
