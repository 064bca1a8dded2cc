/** When a person is away from home over the whole span: days, nights away, holidays. Trips are in order and never overlap. */
import type { Random } from "@gatehouse/protocol/testing";
import { type Calendar, weekdayOf } from "./calendar.ts";
import { dayPlan } from "./day-plan.ts";
import { between, clamp, DAY_MS, lognormal, MINUTE_MS } from "./draws.ts";
import type { SiteHabits } from "./habits.ts";
import type { Person } from "./person.ts";

/** Ms from the start of the site; `joint` names trips several people make together. */
export interface Trip {
  leaveMs: number;
  backMs: number;
  readonly joint?: number;
}

/** The plan begins before the first day, so that those on their way then come back. */
export const BEFORE_DAYS = 9;
const REST_MS = 4 * MINUTE_MS;

export function tripsOf(
  random: Random,
  person: Person,
  shared: readonly Trip[],
  calendar: Calendar,
  habits: SiteHabits,
): Trip[] {
  const wanted: Trip[] = [...shared];
  let busyUntil = -BEFORE_DAYS;
  const firstDay = Math.max(-BEFORE_DAYS, Math.floor(person.fromMs / DAY_MS));
  const lastDay = Math.min(calendar.days, Math.ceil(person.untilMs / DAY_MS));
  for (let day = firstDay; day < lastDay; day++) {
    if (day < busyUntil) continue;
    const away = nightsAway(random, person, day, calendar, habits);
    if (away > 0) {
      wanted.push(absence(random, day, away));
      busyUntil = day + away;
      continue;
    }
    for (const [leave, back] of dayPlan(random, person, day, calendar)) {
      wanted.push({ leaveMs: day * DAY_MS + leave * MINUTE_MS, backMs: day * DAY_MS + back * MINUTE_MS });
    }
  }
  return settle(wanted);
}

/** Nights of an absence that begins on `day`; 0 for none. */
function nightsAway(random: Random, person: Person, day: number, calendar: Calendar, habits: SiteHabits): number {
  const holiday = calendar.holidays.find((one) => one.day === day || one.day === day + 1);
  if (holiday !== undefined && random.chance(habits.holidayAway * (holiday.days > 4 ? 1 : 0.5))) {
    return Math.max(1, holiday.days + random.int(-1, holiday.days > 6 ? 5 : 0));
  }
  if (person.work === "child") return 0;
  const weekday = weekdayOf(day);
  if ((weekday === 4 || weekday === 5) && random.chance(clamp(person.weekendAway, 0, 0.5))) return 6 - weekday;
  if (!random.chance(clamp(person.absence, 0, 0.08))) return 0;
  return random.chance(0.45) ? 1 : Math.min(2 + Math.floor(random.exponential(3.5)), 20);
}

function absence(random: Random, day: number, nights: number): Trip {
  const leave = random.chance(0.4) ? random.normal(18 * 60 + 30, 60) : random.normal(8 * 60 + 30, 70);
  const back = random.chance(0.15) ? random.normal(8 * 60 + 30, 60) : random.normal(18 * 60 + 30, 120);
  return {
    leaveMs: day * DAY_MS + leave * MINUTE_MS,
    backMs: (day + nights) * DAY_MS + clamp(back, 7 * 60, 23 * 60) * MINUTE_MS,
  };
}

/** In order of leaving, apart from one another; of two that overlap the later one gives way. */
export function settle(wanted: Trip[]): Trip[] {
  wanted.sort((a, b) => a.leaveMs - b.leaveMs);
  const kept: Trip[] = [];
  let freeMs = Number.NEGATIVE_INFINITY;
  for (const trip of wanted) {
    if (trip.leaveMs < freeMs) {
      if (trip.joint !== undefined || trip.backMs < freeMs + 2 * REST_MS) continue;
      trip.leaveMs = freeMs;
    }
    if (trip.backMs < trip.leaveMs + MINUTE_MS) continue;
    kept.push(trip);
    freeMs = trip.backMs + REST_MS;
  }
  return kept;
}

/** Walks within the building between the trips out of it: washroom, kitchen, neighbours; few while asleep. */
export function nearTripsOf(random: Random, person: Person, trips: readonly Trip[], untilMs: number): Trip[] {
  const near: Trip[] = [];
  const awake = person.nearTrips / (5 * 60 * MINUTE_MS);
  const asleep = 0.06 / (60 * MINUTE_MS);
  let fromMs = Math.max(person.fromMs, -DAY_MS);
  const endMs = Math.min(person.untilMs, untilMs);
  for (let next = 0; next <= trips.length; next++) {
    const trip = trips[next];
    const toMs = Math.min(trip?.leaveMs ?? endMs, endMs);
    let at = fromMs;
    while (at < toMs) {
      const rate = sleeps(person, at, fromMs) ? asleep : awake * liveliness(at);
      const wait = random.exponential(1 / rate);
      // A wait drawn while asleep ends with the sleep: the rest is drawn anew.
      const step = Math.min(wait, 45 * MINUTE_MS);
      at += step;
      if (step < wait || at + 2 * MINUTE_MS >= toMs || at - fromMs < 2 * MINUTE_MS) continue;
      const backMs = at + lognormal(random, 6, 0.8) * MINUTE_MS;
      if (backMs + MINUTE_MS >= toMs) continue;
      near.push({ leaveMs: at, backMs });
      at = backMs + MINUTE_MS;
    }
    if (trip === undefined) break;
    fromMs = Math.max(trip.backMs, fromMs);
  }
  return near;
}

/** People are about most when most are home. */
function liveliness(atMs: number): number {
  const hour = (((atMs % DAY_MS) + DAY_MS) % DAY_MS) / (60 * MINUTE_MS);
  if (hour < 9) return 1;
  if (hour < 11) return 0.6;
  if (hour < 14) return 0.95;
  if (hour < 16) return 0.5;
  return hour < 21.5 ? 1.05 : 0.65;
}

function sleeps(person: Person, atMs: number, homeSinceMs: number): boolean {
  const minute = (((atMs % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS;
  if (person.work === "night" || person.work === "shift") {
    const home = (atMs - homeSinceMs) / MINUTE_MS;
    if (minute > 7 * 60 && minute < 15 * 60 && home > 40 && home < 8 * 60) return true;
  }
  return minute < clamp(person.wakesMin, 270, 540) || minute > person.sleepsMin;
}

/** Trips several people of a household make together, within a day's free hours. */
export function jointTrip(random: Random, day: number, joint: number): Trip {
  const start = random.chance(0.6) ? between(random, 18 * 60 + 20, 20 * 60 + 30) : between(random, 9 * 60, 16 * 60);
  const leaveMs = day * DAY_MS + start * MINUTE_MS;
  return { leaveMs, backMs: leaveMs + lognormal(random, 75, 0.6) * MINUTE_MS, joint };
}
