import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { arrived, type Progress } from "./gaps.ts";

const START: Progress = { highest: 0, gaps: [] };

test("what comes in order leaves no gap", () => {
  expect(arrived(arrived(START, [1, 2]), [3])).toEqual({ highest: 3, gaps: [] });
});

test("what overtakes leaves a gap, which is split and filled by what comes behind", () => {
  const overtaken = arrived(START, [1, 6]);
  expect(overtaken).toEqual({ highest: 6, gaps: [{ first: 2, last: 5 }] });
  const split = arrived(overtaken, [4]);
  expect(split.gaps).toEqual([
    { first: 2, last: 3 },
    { first: 5, last: 5 },
  ]);
  expect(arrived(split, [5, 3, 2, 2])).toEqual({ highest: 6, gaps: [] });
});

test("a first event that is not number 1 leaves a gap before it", () => {
  expect(arrived(START, [3]).gaps).toEqual([{ first: 1, last: 2 }]);
});

test("in any order, in any batches, with any repeats, the gaps are what never came", () => {
  const random = new Random("gaps");
  for (let round = 0; round < 200; round++) {
    const came = new Set<number>();
    let progress = START;
    for (let batch = 0; batch < 10; batch++) {
      const some = Array.from({ length: 1 + random.int(0, 8) }, () => 1 + random.int(0, 40));
      for (const sequence of some) came.add(sequence);
      progress = arrived(progress, some);
    }
    const missing = progress.gaps.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
    const highest = Math.max(...came);
    const never = Array.from({ length: highest }, (_, i) => i + 1).filter((sequence) => !came.has(sequence));
    expect(missing.toSorted((a, b) => a - b)).toEqual(never);
    expect(progress.highest).toBe(highest);
  }
});
