import { expect, it } from "vitest";
import { counterWorks } from "./assess.ts";
import { countSense, countsBackwards, countsOneWay } from "./counter-sense.ts";
import { addSum, createDiary, type Diary, type Sum } from "./diary.ts";

const FIRST = 20_000;

/** Two people leave at eight and come home at six with a key, for so many days; `as` says what the counter makes of in and out. */
function lived(days: number, as: { readonly in?: Sum; readonly out?: Sum } = { in: "in", out: "out" }): Diary {
  const diary = createDiary();
  for (let day = FIRST; day < FIRST + days; day++) {
    if (as.out !== undefined) addSum(diary, as.out, day * 24 + 8, 2);
    addSum(diary, "opens", day * 24 + 8, 2);
    if (as.in !== undefined) addSum(diary, as.in, day * 24 + 18, 2);
    addSum(diary, "opens", day * 24 + 18, 2);
    addSum(diary, "grants", day * 24 + 18, 2);
  }
  return diary;
}
const sense = (diary: Diary) => countSense(diary, diary.lastDay);

it("a counter that counts both ways as people come and go is believed", () => {
  const diary = lived(30);
  expect([countsOneWay(sense(diary)), countsBackwards(sense(diary)), counterWorks(diary, diary.lastDay)]).toEqual([
    false,
    false,
    true,
  ]);
});

it("one that hears one direction alone is not believed from the third day on", () => {
  for (const as of [{ in: "in" }, { out: "out" }] as const) {
    const diary = lived(3, as);
    expect([counterWorks(diary, FIRST + 1), counterWorks(diary, FIRST + 2)]).toEqual([true, false]);
    expect(countsOneWay(sense(diary))).toBe(true);
  }
});

it("a party that has not gone yet is no deaf counter", () => {
  const diary = lived(7, {});
  addSum(diary, "in", FIRST * 24 + 6 * 24 + 20, 30);
  expect(countsOneWay(sense(diary))).toBe(false);
});

it("one mounted the wrong way round is known by the keys, and not believed", () => {
  const diary = lived(7, { in: "out", out: "in" });
  expect([countsBackwards(sense(diary)), counterWorks(diary, diary.lastDay)]).toEqual([true, false]);
  // It was turned: a week later nothing is held against it.
  for (let day = FIRST + 7; day < FIRST + 16; day++) {
    addSum(diary, "out", day * 24 + 8, 2);
    for (const channel of ["in", "grants"] as const) addSum(diary, channel, day * 24 + 18, 2);
  }
  expect([countsBackwards(sense(diary)), counterWorks(diary, diary.lastDay)]).toEqual([false, true]);
});
