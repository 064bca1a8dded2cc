/** A site's own habits: what its people do and use per head and day, learnt from all its judged spaces. */
import type { JudgedSpace } from "./assess.ts";
import type { DayTable, Figure } from "./days.ts";
import { DAYS } from "./diary.ts";
import { meanOf, quantileOf } from "./rows.ts";

/** Figures that grow with heads at a rate of the site's own: their share of the site's is turned into heads. */
export const HABITS = [
  "home",
  "in",
  "grants",
  "uses",
  "opens",
  "morningOut",
  "eveningIn",
  "water",
  "waterMorning",
  "waterHours",
  "energy",
  "energyBase",
  "energyEvening",
] as const satisfies readonly Figure[];
export type Habit = (typeof HABITS)[number];
/** Per head and day on this site; absent while not known. */
export type SiteHabits = Partial<Record<Habit, number>>;

/** What stands for the heads of a space when its site's habits are learnt: nights and cards where there are any, else the register. */
function proxyHeads(table: DayTable, space: JudgedSpace): number {
  const nights = quantileOf(table.night, DAYS, 0.8);
  const cards = quantileOf(table.cards, DAYS, 0.8);
  const limit = space.limit?.persons ?? 2;
  const sensed = Math.max(Number.isNaN(nights) ? 0 : nights, Number.isNaN(cards) ? 0 : cards);
  if (!Number.isNaN(table.counterWorks[DAYS - 1] ?? Number.NaN) && sensed > 0) return sensed;
  return space.space.registered ?? limit * 0.7;
}

/** By habit: the sum over spaces, and their heads. */
export type HabitSums = Partial<Record<Habit, [sum: number, heads: number]>>;

export const createHabitSums = (): HabitSums => ({});

/** One judged space's part in the site's habits: its heads, and its mean of each habit; NaN where not known. */
export interface HabitPart {
  readonly heads: number;
  readonly means: readonly number[];
}

export const habitPart = (table: DayTable, space: JudgedSpace): HabitPart => {
  const lived = daysLived(table.night);
  return { heads: proxyHeads(table, space), means: HABITS.map((habit) => meanOf(lived(table[habit]), DAYS)) };
};

/** Nobody in at night. */
const EMPTY_PERSONS = 0.5;
/** From so many of its nights on a room was left, as over the Spring Festival: its people's habits are those of the other days. */
const LEFT_SHARE = 1 / 3;

/** Takes the days out of a row on which a room that was left for long stood empty. */
function daysLived(night: Float64Array): (row: Float64Array) => Float64Array {
  const known = night.reduce((n, persons) => n + (Number.isNaN(persons) ? 0 : 1), 0);
  const empty = night.reduce((n, persons) => n + (persons < EMPTY_PERSONS ? 1 : 0), 0);
  if (empty < LEFT_SHARE * known || empty === known) return (row) => row;
  return (row) => row.map((value, day) => ((night[day] as number) < EMPTY_PERSONS ? Number.NaN : value));
}

export function addToHabits(sums: HabitSums, { heads, means }: HabitPart): void {
  for (const [index, habit] of HABITS.entries()) {
    const mean = means[index] as number;
    if (Number.isNaN(mean)) continue;
    const [sum, of] = sums[habit] ?? [0, 0];
    sums[habit] = [sum + mean, of + heads];
  }
}

/** Per head and day, over all judged spaces of the site. */
export function habitsOf(sums: HabitSums): SiteHabits {
  const habits: SiteHabits = {};
  for (const habit of HABITS) {
    const [sum, heads] = sums[habit] ?? [0, 0];
    if (heads > 0 && sum > 0) habits[habit] = sum / heads;
  }
  return habits;
}
