import { expect, test } from "vitest";
import { Random } from "./random.ts";

const N = 20_000;
const draws = (draw: (random: Random) => number, seed: number | string = 1) => {
  const random = new Random(seed);
  return Array.from({ length: N }, () => draw(random));
};
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

/** Fixed for ever: scenarios are named by their seeds. */
test("a seed gives the same numbers on every machine and in every version", () => {
  const random = new Random(1);
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([393_288_148, 2_174_103_013, 3_814_759_091]);
});

test("equal seeds are equal, others are not", () => {
  const first = (seed: number | string) => new Random(seed).uint32();
  expect(first("a")).toBe(first("a"));
  expect(new Set(Array.from({ length: 1000 }, (_, seed) => first(seed))).size).toBe(1000);
});

test("floats fill [0, 1) evenly", () => {
  const numbers = draws((random) => random.float());
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const tenths = Array<number>(10).fill(0);
  for (const n of numbers) tenths[Math.floor(n * 10)] = (tenths[Math.floor(n * 10)] ?? 0) + 1;
  for (const count of tenths) expect(Math.abs(count - N / 10)).toBeLessThan(0.1 * (N / 10));
});

test("whole numbers reach both ends and nothing beyond", () => {
  const numbers = draws((random) => random.int(-2, 3));
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
});

test("means are what was asked for", () => {
  expect(mean(draws((random) => (random.chance(0.3) ? 1 : 0)))).toBeCloseTo(0.3, 1);
  expect(mean(draws((random) => random.exponential(40)))).toBeCloseTo(40, -0.5);
  const normal = draws((random) => random.normal(10, 2));
  expect(mean(normal)).toBeCloseTo(10, 1);
  expect(Math.sqrt(mean(normal.map((n) => (n - 10) ** 2)))).toBeCloseTo(2, 1);
});

test("shuffling keeps every item, and picks are of the list", () => {
  const list = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = new Random(7).shuffle(list);
  expect(shuffled).not.toEqual(list);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(list);
  expect(list).toContain(new Random(7).pick(list));
});

test("forks of one random are independent of each other and of the draws behind them", () => {
  const make = () => {
    const random = new Random(3);
    return [random.fork("doors").uint32(), random.fork("people").uint32()];
  };
  expect(make()).toEqual(make());
  expect(new Set(make()).size).toBe(2);
});
