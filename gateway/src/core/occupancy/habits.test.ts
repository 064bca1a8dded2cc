import { expect, it } from "vitest";
import { type DayTable, FIGURES } from "./days.ts";
import { DAYS } from "./diary.ts";
import { addToHabits, createHabitSums, habitPart, habitsOf } from "./habits.ts";

/** Four people whose door opens 20 times on a day they are there, away on the last so many days. */
function away(days: number): DayTable {
  const there = (day: number) => day < DAYS - days;
  const row = (persons: number) => Float64Array.from({ length: DAYS }, (_, day) => (there(day) ? persons : 0));
  const table = Object.fromEntries(FIGURES.map((figure) => [figure, new Float64Array(DAYS).fill(Number.NaN)]));
  return { ...table, night: row(4), opens: row(20), counterWorks: row(1) } as unknown as DayTable;
}

function opensPerHead(days: number): number {
  const sums = createHabitSums();
  const space = { limit: { persons: 4 }, space: { id: "F1", kind: "flat" } } as unknown as Parameters<
    typeof habitPart
  >[1];
  addToHabits(sums, habitPart(away(days), space));
  return habitsOf(sums).opens ?? 0;
}

it("habits are learnt from the days people were there, also from the month of the Spring Festival", () => {
  expect(opensPerHead(0)).toBe(5);
  expect(opensPerHead(16)).toBe(5);
  // Week-ends away belong to how people live.
  expect(opensPerHead(7)).toBeCloseTo(3.75);
});
