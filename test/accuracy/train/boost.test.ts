import { Random } from "@gatehouse/protocol/testing";
import { createForest } from "gatehouse/testing";
import { expect, it } from "vitest";
import { binColumns, fitForest } from "./boost.ts";

const OPTIONS = { trees: 60, depth: 3, rate: 0.2, l2: 1, minWeight: 5, rows: 0.7, columns: 1, seed: 3 };

/** True when a > 5 or, where a is unknown, b > 2; one case in twenty is told wrong. */
function cases(rows: number) {
  const random = new Random(11);
  const [a, b] = [new Float32Array(rows), new Float32Array(rows)];
  const label = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    a[i] = random.chance(0.3) ? Number.NaN : random.float() * 10;
    b[i] = random.float() * 4;
    const over = Number.isNaN(a[i] ?? 0) ? (b[i] ?? 0) > 2 : (a[i] ?? 0) > 5;
    label[i] = random.chance(0.05) === over ? 0 : 1;
  }
  return { columns: [a, b], label, weight: new Float32Array(rows).fill(1) };
}

const fitted = (monotone: readonly number[]) => {
  const { columns, label, weight } = cases(4_000);
  const options = { ...OPTIONS, monotone: Int8Array.from(monotone) };
  return fitForest(binColumns(columns, 32), label, weight, options);
};

it("learns a rule with a missing side from noisy cases", () => {
  const forest = createForest({ provenance: {}, features: ["a", "b"], ...fitted([0, 0]) }, ["a", "b"]);
  expect(forest.score([8, 0])).toBeGreaterThan(1.5);
  expect(forest.score([2, 3.9])).toBeLessThan(-1.5);
  expect(forest.score([Number.NaN, 3.5])).toBeGreaterThan(1.5);
  expect(forest.score([Number.NaN, 0.5])).toBeLessThan(-1.5);
});

it("gives the same trees for the same cases and seed", () => {
  expect(JSON.stringify(fitted([1, 0]))).toBe(JSON.stringify(fitted([1, 0])));
});

it("never answers less for more of a monotone feature, whatever the cases say", () => {
  const random = new Random(2);
  const rows = 2_000;
  const columns = [0, 1].map(() => Float32Array.from({ length: rows }, () => random.float() * 10));
  // The truth falls with the first feature: a monotone fit may not follow it.
  const label = Uint8Array.from({ length: rows }, (_, i) =>
    (columns[0]?.[i] ?? 0) + (columns[1]?.[i] ?? 0) / 5 < 6 ? 1 : 0,
  );
  const options = { ...OPTIONS, monotone: Int8Array.from([1, 0]) };
  const trees = fitForest(binColumns(columns, 32), label, new Float32Array(rows).fill(1), options);
  const forest = createForest({ provenance: {}, features: ["a", "b"], ...trees }, ["a", "b"]);
  for (let b = 0; b < 10; b++) {
    let before = Number.NEGATIVE_INFINITY;
    for (let a = 0; a <= 10; a += 0.25) {
      const score = forest.score([a, b]);
      expect(score).toBeGreaterThanOrEqual(before - 1e-9);
      before = score;
    }
  }
});
