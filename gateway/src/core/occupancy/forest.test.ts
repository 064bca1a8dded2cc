import { InvariantError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { FEATURES, OWN, VECTOR_LENGTH } from "./features.ts";
import { createForest, type ForestFile } from "./forest.ts";
import file from "./residency-model.json" with { type: "json" };

const names = FEATURES.map(({ name }) => name);
const small: ForestFile = {
  provenance: {},
  features: ["a", "b"],
  base: -1,
  trees: [[[0.5, 0, 2, 1, 2, 1], [-1], [2, 1, 0, 3, 4], [1], [3]]],
};

it("goes left up to the threshold and where the file says when nothing is known", () => {
  const forest = createForest(small, ["a", "b"]);
  expect(forest.score([2, 9])).toBe(-2);
  expect(forest.score([3, 0])).toBe(0);
  expect(forest.score([3, 1])).toBe(2);
  expect(forest.score([Number.NaN, 1])).toBe(-2);
  expect(forest.score([3, Number.NaN])).toBe(2);
});

it("books each step on the feature that decided it: contributions and base add up to the score", () => {
  const forest = createForest(small, ["a", "b"]);
  expect([...forest.explain([3, 1]).contributions]).toEqual([1.5, 1]);
  const shipped = createForest(file as ForestFile, names);
  const random = new Random(1);
  for (let i = 0; i < 50; i++) {
    const values = Float64Array.from({ length: VECTOR_LENGTH }, () =>
      random.chance(0.2) ? Number.NaN : random.float() * 12,
    );
    const { score, contributions } = shipped.explain(values);
    const added = contributions.reduce((sum, part) => sum + part, shipped.base);
    expect(score).toBe(shipped.score(values));
    expect(added).toBeCloseTo(score, 9);
  }
});

it("takes a model that does with some of the features", () => {
  const forest = createForest(small, ["b", "c", "a"]);
  expect(forest.score([1, 9, 3])).toBe(2);
  expect([...forest.explain([1, 9, 3]).contributions]).toEqual([1, 0, 1.5]);
});

it("asked again with other numbers of persons says what it says asked anew", () => {
  const shipped = createForest(file as ForestFile, names, OWN);
  const random = new Random(2);
  for (let i = 0; i < 50; i++) {
    const value = () => (random.chance(0.2) ? Number.NaN : random.float() * 12);
    const values = Float64Array.from({ length: VECTOR_LENGTH }, value);
    shipped.explain(values);
    for (let n = 0; n < 5; n++) {
      for (let at = OWN; at < VECTOR_LENGTH; at++) values[at] = value();
      expect(shipped.again(values)).toBe(shipped.score(values));
    }
  }
});

it("refuses a model that was fitted on other features", () => {
  expect(() => createForest(small, ["a"])).toThrow(InvariantError);
});

it("ships with a model that says what it was made of", () => {
  expect(file.provenance).toMatchObject({ made: expect.stringMatching(/^npm run train/), options: { seed: 7 } });
  expect(file.trees.length).toBeGreaterThan(50);
});
