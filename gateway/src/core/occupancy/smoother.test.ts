import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { addSum, createDiary, type Diary, openDay } from "./diary.ts";
import { smooth } from "./smoother.ts";

const DAY = 20_000;
const hour = (day: number, ofDay: number) => (DAY + day) * 24 + ofDay;
const everyDay = () => true;

/** Three people who leave at 8 and come home at 18; `skip` leaves out a count. */
function workers(days: number, skip: (day: number, ofDay: number) => boolean): Diary {
  const diary = createDiary();
  openDay(diary, DAY);
  for (let day = 0; day < days; day++) {
    for (const [ofDay, way] of [
      [8, "out"],
      [18, "in"],
    ] as const) {
      for (let person = 0; person < 3; person++) {
        addSum(diary, "opens", hour(day, ofDay), 1);
        if (way === "in") addSum(diary, "grants", hour(day, ofDay), 1);
        if (person > 0 || !skip(day, ofDay)) addSum(diary, way, hour(day, ofDay), 1);
      }
    }
  }
  return diary;
}

it("finds the people of every night and the empty noon, though counts are missed", () => {
  const missed = (day: number, ofDay: number) => (day === 4 && ofDay === 8) || (day === 9 && ofDay === 18);
  const { mean } = smooth(workers(14, missed), hour(0, 0), hour(14, 0), 12, everyDay);
  for (let day = 1; day < 14; day++) {
    expect(mean[hour(day, 3) - hour(0, 0)], `night ${day}`).toBeCloseTo(3, 0);
    expect(mean[hour(day, 12) - hour(0, 0)], `noon ${day}`).toBeLessThan(0.5);
  }
});

it("lets grants and openings stand in for a counter that cannot be believed", () => {
  const diary = workers(14, () => true);
  for (const way of ["in", "out"] as const) diary.hours[way]?.fill(0);
  const { mean } = smooth(diary, hour(0, 0), hour(14, 0), 12, () => false);
  expect(mean[hour(7, 3) - hour(0, 0)]).toBeCloseTo(3, 0);
});

it("takes a room whose door stays shut for empty, and one whose door begins in the evening for lived in", () => {
  const shut = createDiary();
  openDay(shut, DAY);
  const quiet = smooth(shut, hour(0, 0), hour(4, 0), 12, everyDay);
  expect(quiet.mean[hour(3, 3) - hour(0, 0)]).toBeLessThan(0.5);
  const begun = createDiary();
  openDay(begun, DAY);
  for (let person = 0; person < 2; person++) addSum(begun, "in", hour(0, 19), 1);
  const evening = smooth(begun, hour(0, 0), hour(1, 6), 12, everyDay);
  expect(evening.mean[hour(1, 3) - hour(0, 0)]).toBeGreaterThan(1.5);
});

it("stays a distribution whatever the counts are", () => {
  const random = new Random(5);
  for (let run = 0; run < 20; run++) {
    const diary = createDiary();
    openDay(diary, DAY);
    for (let i = 0; i < 300; i++) {
      const at = hour(random.int(0, 9), random.int(0, 23));
      addSum(diary, random.pick(["in", "out", "opens", "grants"] as const), at, random.int(0, 40));
    }
    const { mean, last } = smooth(diary, hour(0, 0), hour(10, 0), 14, everyDay);
    expect(last.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6);
    for (const value of mean) expect(value >= 0 && value <= 14).toBe(true);
  }
});
