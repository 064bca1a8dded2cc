import { InvariantError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { against, againstEach, FEATURES, OWN, VECTOR_LENGTH } from "./features.ts";
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
  expect(forest.explain([2, 9]).score).toBe(-2);
  expect(forest.explain([3, 0]).score).toBe(0);
  expect(forest.explain([3, 1]).score).toBe(2);
  expect(forest.explain([Number.NaN, 1]).score).toBe(-2);
  expect(forest.explain([3, Number.NaN]).score).toBe(2);
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
    expect(added).toBeCloseTo(score, 9);
  }
});

it("takes a model that does with some of the features", () => {
  const forest = createForest(small, ["b", "c", "a"]);
  expect(forest.explain([1, 9, 3]).score).toBe(2);
  expect([...forest.explain([1, 9, 3]).contributions]).toEqual([1, 0, 1.5]);
});

it("asked again for several numbers of persons says what it says asked for each", () => {
  const shipped = createForest(file as ForestFile, names, OWN);
  const random = new Random(2);
  const value = () => (random.chance(0.2) ? Number.NaN : random.float() * 12);
  for (let i = 0; i < 60; i++) {
    const values = Float64Array.from({ length: VECTOR_LENGTH }, value);
    const facts = { limit: i % 7, registered: i % 3 === 0 ? undefined : i % 5 };
    const [least, count] = [i % 4, 1 + (i % 9)];
    shipped.explain(against(values, facts, 3));
    const scores = shipped.again(againstEach(values, facts, least, count), count);
    const each = scores.map((_, n) => shipped.explain(against(values, facts, least + n)).score);
    expect(scores).toEqual(each);
    expect(new Set(scores).size).toBeGreaterThan(count === 1 ? 0 : 1);
  }
});

it("refuses a model that was fitted on other features", () => {
  expect(() => createForest(small, ["a"])).toThrow(InvariantError);
});

it("ships with a model that says what it was made of", () => {
  expect(file.provenance).toMatchObject({ made: expect.stringMatching(/^npm run train/), options: { seed: 7 } });
  expect(file.trees.length).toBeGreaterThan(50);
});
