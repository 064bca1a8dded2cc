/** When a person is away from home: a day's trips by habit. Each day depends on its own seed only, so a run may begin at any time. */
import { localTimeMs } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Resident, World } from "./residents.ts";

/** Away from `leaveMs` until `returnMs`. */
export interface Trip {
  readonly leaveMs: number;
  readonly returnMs: number;
}

/** Minutes after local midnight; more than 1440 is the next morning. */
type Plan = readonly [leave: number, back: number][];

/** A day's trips begin after this hour and end before it on the next day, but for night work and week-ends away. */
export const DAY_BEGINS_MIN = 4 * 60;

const MIN_MS = 60_000;
/** Shortest stay between two trips, and shortest trip. */
const PAUSE_MIN = 10;

/** 0 is Monday; 1970-01-01 was a Thursday. */
const weekday = (day: number): number => (day + 3) % 7;
const isWeekend = (day: number): boolean => weekday(day) >= 5;

/** The trips of a resident that begin on local day `day`, in order, without overlap. Moving in and out is not among them. */
export function tripsOf(resident: Resident, day: number, world: World): readonly Trip[] {
  const weekend = weekendAway(resident, day, world);
  const plan = weekend ?? planOf(resident, day, world);
  const at = (minutes: number) => Math.round(localTimeMs(day, minutes, world.timezone));
  return separate(plan)
    .map(([leave, back]): Trip => ({ leaveMs: at(leave), returnMs: at(back) }))
    .filter((trip) => trip.leaveMs >= resident.arriveMs + PAUSE_MIN * MIN_MS && trip.leaveMs < resident.departMs);
}

/** A week-end away begins on Saturday and swallows Sunday. Undefined when the person is about. */
function weekendAway(resident: Resident, day: number, world: World): Plan | undefined {
  if (!isWeekend(day) || resident.habit === "night") return undefined;
  const saturday = day - (weekday(day) - 5);
  const random = new Random(`${world.seed}/${resident.id}/weekend/${saturday}`);
  if (!random.chance(0.08)) return undefined;
  if (day !== saturday) return [];
  return [[random.normal(9 * 60 + 30, 40), 1440 + random.normal(18 * 60 + 30, 60)]];
}

function planOf(resident: Resident, day: number, world: World): Plan {
  const own = new Random(`${world.seed}/${resident.id}/mean`);
  const random = new Random(`${world.seed}/${resident.id}/day/${day}`);
  switch (resident.habit) {
    case "day":
      return isWeekend(day) ? leisure(random) : workday(own, random);
    case "night":
      return nightShift(own, random, day);
    case "home":
      return errands(random);
  }
}

function workday(own: Random, random: Random): Plan {
  if (random.chance(0.06)) return errands(random);
  const leave = own.normal(7 * 60 + 45, 35) + random.normal(0, 10);
  const back = own.normal(18 * 60 + 30, 45) + random.normal(0, 25);
  return [[leave, back], ...evening(random, back)];
}

function nightShift(own: Random, random: Random, day: number): Plan {
  const leave = own.normal(20 * 60, 25) + random.normal(0, 8);
  const back = 1440 + own.normal(7 * 60 + 20, 25) + random.normal(0, 12);
  const plan: [number, number][] = [];
  if (random.chance(0.3)) {
    const start = random.normal(15 * 60 + 30, 30);
    plan.push([start, start + random.int(20, 80)]);
  }
  if (!isWeekend(day) && !random.chance(0.06)) plan.push([leave, Math.min(back, 1440 + 10 * 60)]);
  return plan;
}

function leisure(random: Random): Plan {
  if (random.chance(0.25)) return evening(random, 17 * 60);
  const start = random.normal(10 * 60 + 30, 80);
  const back = Math.min(start + 60 + random.exponential(150), 21 * 60);
  return [[start, back], ...evening(random, back)];
}

function errands(random: Random): Plan {
  const plan: [number, number][] = [];
  if (random.chance(0.8)) {
    const start = random.normal(9 * 60 + 15, 50);
    plan.push([start, start + random.int(25, 110)]);
  }
  if (random.chance(0.5)) {
    const start = random.normal(16 * 60 + 30, 45);
    plan.push([start, start + random.int(20, 70)]);
  }
  return plan;
}

/** Out once more after coming home at `from`, back before midnight. */
function evening(random: Random, from: number): Plan {
  if (!random.chance(0.22)) return [];
  const start = Math.max(from, 18 * 60 + 30) + random.int(25, 80);
  return [[start, Math.min(start + random.int(30, 130), 23 * 60 + 40)]];
}

/** Keeps trips inside the day, apart and in order; what does not fit is left out. */
function separate(plan: Plan): Plan {
  const kept: [number, number][] = [];
  for (const [leave, back] of plan) {
    const start = Math.max(leave, (kept.at(-1)?.[1] ?? DAY_BEGINS_MIN) + PAUSE_MIN);
    if (back >= start + PAUSE_MIN) kept.push([start, back]);
  }
  return kept;
}
