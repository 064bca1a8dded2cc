import { expect, it } from "vitest";
import {
  addGauge,
  addSum,
  createDiary,
  DAYS,
  diaryFromJson,
  diaryToJson,
  gaugeAt,
  liftGauge,
  openDay,
  sumAt,
} from "./diary.ts";

const DAY = 20_000;
const hour = (day: number, ofDay: number) => (DAY + day) * 24 + ofDay;

it("adds what comes late to the hour it belongs to", () => {
  const diary = createDiary();
  addSum(diary, "in", hour(0, 8), 1);
  addSum(diary, "in", hour(2, 8), 1);
  addSum(diary, "in", hour(0, 8), 2);
  expect([sumAt(diary, "in", hour(0, 8)), sumAt(diary, "in", hour(2, 8)), sumAt(diary, "in", hour(1, 8))]).toEqual([
    3, 1, 0,
  ]);
});

it("forgets after four weeks, and does not mistake an old hour for a new one", () => {
  const diary = createDiary();
  addSum(diary, "out", hour(0, 8), 5);
  openDay(diary, DAY + DAYS);
  expect(sumAt(diary, "out", hour(DAYS, 8))).toBe(0);
  addSum(diary, "out", hour(0, 8), 5);
  expect(sumAt(diary, "out", hour(DAYS, 8))).toBe(0);
});

it("tells nothing seen from nothing known", () => {
  const diary = createDiary();
  addGauge(diary, "on", hour(0, 3), 0);
  addGauge(diary, "on", hour(0, 4), 20);
  addGauge(diary, "on", hour(0, 4), 5);
  liftGauge(diary, "seen", hour(0, 4), 3);
  liftGauge(diary, "seen", hour(0, 4), 2);
  expect([3, 4, 5].map((ofDay) => gaugeAt(diary, "on", hour(0, ofDay)))).toEqual([0, 25, Number.NaN]);
  expect(gaugeAt(diary, "seen", hour(0, 4))).toBe(3);
});

it("comes back from JSON as it was", () => {
  const diary = createDiary();
  for (let i = 0; i < 500; i++) addSum(diary, "opens", hour(i % 20, i % 24), i % 7);
  addGauge(diary, "water", hour(3, 0), 0);
  expect(diaryFromJson(JSON.parse(JSON.stringify(diaryToJson(diary))))).toEqual(diary);
});
