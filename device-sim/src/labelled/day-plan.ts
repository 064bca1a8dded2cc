/** Where a person goes on one day: work, school, outings, by the kind of work. Minutes after local midnight; past 1440 is the next day. */
import type { Random } from "@gatehouse/protocol/testing";
import { type Calendar, holidayAt, isWeekend, weekdayOf } from "./calendar.ts";
import { between, clamp, lognormal } from "./draws.ts";
import type { Person } from "./person.ts";

/** Leaves home at the first minute and is back at the second. */
export type Outing = readonly [leaveMin: number, backMin: number];

const LAST_BACK_MIN = 23 * 60 + 50;

export function dayPlan(random: Random, person: Person, day: number, calendar: Calendar): Outing[] {
  const free = isFree(random, person, day, calendar);
  if (person.hides) return hiddenDay(random, person, free);
  switch (person.work) {
    case "child":
      return free ? leisure(random, person, 0.5) : [];
    case "home":
      return errands(random, person);
    case "gig":
      return free && random.chance(0.5) ? leisure(random, person, 1) : gig(random, person);
    case "shift":
      return shift(random, person, day, free);
    case "night":
      return free ? leisure(random, person, 0.8) : night(random, person);
    default:
      return free ? leisure(random, person, 1) : work(random, person);
  }
}

function isFree(random: Random, person: Person, day: number, calendar: Calendar): boolean {
  if (person.work === "child") return isWeekend(day) || holidayAt(calendar, day);
  if (person.work === "shift") return (((day + person.shiftPhase) % 7) + 7) % 7 >= 6;
  if (person.work === "late" || person.work === "gig") return weekdayOf(day + person.shiftPhase) === 0;
  if (random.chance(person.work === "site" ? 0.03 : 0.07)) return true;
  if (person.work === "site" && random.chance(0.5)) return false;
  if (holidayAt(calendar, day)) return random.chance(0.7);
  return person.sixDays ? weekdayOf(day) === 6 : isWeekend(day);
}

function work(random: Random, person: Person): Outing[] {
  const leave = person.leavesMin + random.normal(0, person.jitterMin);
  const overtime = random.chance(0.2) ? random.exponential(70) : 0;
  const back = leave + person.workMin + random.normal(0, 1.6 * person.jitterMin) + overtime;
  const plan: Outing[] = [];
  if (random.chance(person.lunchAtHome)) {
    const lunch = random.normal(11 * 60 + 35, 12);
    plan.push([leave, lunch], [lunch + between(random, 35, 100), back]);
  } else plan.push([leave, back]);
  return [...plan, ...evenings(random, person, back)];
}

const SHIFTS = [
  [6 * 60 + 30, 9 * 60],
  [14 * 60 + 30, 9 * 60],
  [22 * 60 + 30, 9 * 60],
] as const;
const TWO_SHIFTS = [
  [7 * 60 + 10, 12 * 60 + 30],
  [19 * 60 + 10, 12 * 60 + 30],
] as const;

function shift(random: Random, person: Person, day: number, free: boolean): Outing[] {
  if (free) return leisure(random, person, 0.8);
  const turns = person.shiftPhase % 2 === 0 ? SHIFTS : TWO_SHIFTS;
  const turn = turns[(Math.floor((day + 70) / person.shiftDays) + person.shiftPhase) % turns.length] ?? SHIFTS[0];
  const leave = turn[0] + (person.leavesMin - 430) + random.normal(0, 8);
  const back = leave + turn[1] + random.normal(15, 12);
  const before = leave > 12 * 60 && random.chance(0.4) ? [outing(random, between(random, 660, leave - 120))] : [];
  return [...before, [leave, back], ...(back < 21 * 60 ? evenings(random, person, back) : [])];
}

function night(random: Random, person: Person): Outing[] {
  const leave = person.leavesMin + random.normal(0, person.jitterMin);
  const back = Math.min(leave + person.workMin + random.normal(0, person.jitterMin), 1440 + 11 * 60);
  const before = random.chance(0.35) ? [outing(random, between(random, 14 * 60 + 30, 18 * 60))] : [];
  return [...before, [leave, Math.max(back, leave + 240)]];
}

/** Couriers, casual work, small trade: several trips at all hours. */
function gig(random: Random, person: Person): Outing[] {
  const plan: Outing[] = [];
  let at = person.leavesMin + random.normal(0, 40);
  const trips = 1 + Math.min(random.int(0, 2) + (random.chance(0.4) ? 1 : 0), 3);
  for (let trip = 0; trip < trips && at < 20.5 * 60; trip++) {
    const back = Math.min(at + lognormal(random, person.workMin / (trips + 0.6), 0.4), LAST_BACK_MIN);
    plan.push([at, back]);
    at = back + between(random, 20, 110);
  }
  return plan;
}

function errands(random: Random, person: Person): Outing[] {
  const plan: Outing[] = [];
  if (random.chance(0.62)) plan.push(outing(random, random.normal(9 * 60 + 10, 60)));
  if (random.chance(0.15)) plan.push(outing(random, random.normal(12 * 60, 60)));
  if (random.chance(0.42)) plan.push(outing(random, random.normal(16 * 60, 70)));
  return [...plan, ...evenings(random, person, 18 * 60 + 30)];
}

function leisure(random: Random, person: Person, eagerness: number): Outing[] {
  const plan: Outing[] = [];
  if (random.chance(clamp(0.56 * eagerness, 0, 1))) {
    const start = random.normal(10 * 60 + 40, 100);
    plan.push([start, Math.min(start + lognormal(random, 150, 0.7), LAST_BACK_MIN)]);
  }
  if (random.chance(clamp(0.3 * eagerness, 0, 1))) {
    const start = random.normal(15 * 60 + 30, 100);
    plan.push([start, Math.min(start + lognormal(random, 110, 0.6), LAST_BACK_MIN)]);
  }
  return [...plan, ...evenings(random, person, 17 * 60 + 30)];
}

const outing = (random: Random, start: number): Outing => [start, start + lognormal(random, 45, 0.6)];

/** Out once more after `from`, back before midnight, but for a long night now and then. */
function evenings(random: Random, person: Person, from: number): Outing[] {
  const plan: Outing[] = [];
  if (from > 21 * 60 + 30) return plan;
  const mean = person.work === "home" || person.work === "child" ? 0.4 * person.outings : person.outings;
  let at = Math.max(from, 18 * 60) + between(random, 15, 75);
  while (plan.length < 3 && random.chance(clamp(mean, 0, 0.85)) && at < 22 * 60) {
    const late = random.chance(0.04);
    const back = at + lognormal(random, late ? 240 : 42, 0.65);
    plan.push([at, late ? Math.min(back, 1440 + 150) : Math.min(back, LAST_BACK_MIN)]);
    at = back + between(random, 12, 60);
  }
  return plan;
}

/** There to sleep only: in late, out early, away the whole day. */
function hiddenDay(random: Random, person: Person, free: boolean): Outing[] {
  const leave = 5 * 60 + 20 + (person.leavesMin % 60) + random.normal(0, 12);
  const back = 22 * 60 + (person.workMin % 75) + random.normal(0, 20);
  if (free && random.chance(0.3)) return [[leave + 150, back - 60]];
  return [[leave, back]];
}
