import { expect, test } from "vitest";
import { beamEdges } from "./walk.ts";

const edges = (...walk: Parameters<typeof beamEdges>[0][number]["walk"][]) =>
  beamEdges(
    walk.map((each) => ({ startMs: 0, walk: each })),
    100,
  ).map(({ atMs, beam, broken }) => `${beam}${broken ? "+" : "-"}${Math.round(atMs)}`);

test("somebody who comes in darkens A, then both, then B", () => {
  expect(edges({ direction: "in", speedMmPerS: 1_000, depthMm: 280 })).toEqual(["a+300", "b+400", "a-580", "b-680"]);
});

test("the way out is the same the other way round", () => {
  expect(edges({ direction: "out", speedMmPerS: 1_000, depthMm: 280 })).toEqual(["b+300", "a+400", "b-580", "a-680"]);
});

test("two close behind each other are two, unless they touch", () => {
  expect(edges({ direction: "in", people: 2, speedMmPerS: 1_000, depthMm: 280, gapMm: 50 })).toEqual([
    "a+300",
    "b+400",
    "a-580",
    "a+630",
    "b-680",
    "b+730",
    "a-910",
    "b-1010",
  ]);
  expect(edges({ direction: "in", people: 2, speedMmPerS: 1_000, depthMm: 280, gapMm: 0 })).toEqual([
    "a+300",
    "b+400",
    "a-860",
    "b-960",
  ]);
});

test("who turns back leaves through the beam they came by", () => {
  const turn = (turnsBackMm: number) => edges({ direction: "in", speedMmPerS: 1_000, depthMm: 280, turnsBackMm });
  expect(turn(50)).toEqual(["a+300", "a-400"]);
  expect(turn(200)).toEqual(["a+300", "b+400", "b-600", "a-700"]);
  expect(turn(350)).toEqual(["a+300", "b+400", "a-580", "a+720", "b-900", "a-1000"]);
  expect(turn(0)).toEqual([]);
});

test("who hesitates is in a beam twice, and goes through", () => {
  const walk = { direction: "in", speedMmPerS: 1_000, depthMm: 280 } as const;
  expect(edges({ ...walk, hesitatesMm: 330, stepsBackMm: 150 })).toEqual([
    "a+300",
    "b+400",
    "a-580",
    "a+680",
    "a-880",
    "b-980",
  ]);
  expect(edges({ ...walk, hesitatesMm: 150, stepsBackMm: 100 })).toEqual([
    "a+300",
    "b+400",
    "b-500",
    "b+600",
    "a-780",
    "b-880",
  ]);
});

test("a trolley follows at an arm's length", () => {
  expect(edges({ direction: "in", speedMmPerS: 1_000, depthMm: 280, trolleyMm: 300 })).toEqual([
    "a+300",
    "b+400",
    "a-580",
    "b-680",
    "a+830",
    "b+930",
    "a-1130",
    "b-1230",
  ]);
});

test("two who meet in the doorway are one darkness", () => {
  const meeting = edges(
    { direction: "in", speedMmPerS: 1_000, depthMm: 280 },
    { direction: "out", speedMmPerS: 1_000, depthMm: 280 },
  );
  expect(meeting).toEqual(["a+300", "b+300", "a-680", "b-680"]);
});
