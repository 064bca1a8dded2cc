/** One household over the span: its people's trips and its guests, put together into the movements at its door. */
import type { Random } from "@gatehouse/protocol/testing";
import { type Calendar, isWeekend } from "./calendar.ts";
import { between, DAY_MS, MINUTE_MS } from "./draws.ts";
import { type GuestPlan, guestMovements } from "./guests.ts";
import type { SiteHabits } from "./habits.ts";
import type { KeyCutter } from "./keys.ts";
import { byTime, type Movement } from "./movements.ts";
import type { Person } from "./person.ts";
import { jointTrip, nearTripsOf, type Trip, tripsOf } from "./trips.ts";

export interface Household {
  readonly people: readonly Person[];
  /** Chance a day that several go out together. */
  readonly together: number;
  readonly family: boolean;
  readonly guests: GuestPlan;
  /** How much more often than usual the door is left open. */
  readonly careless: number;
}

/** People who pass together are this far apart at the door. */
const STEP_MS = 700;

/** Movements in order of time, from some days before the start; they add to those of `people` who always lived there. */
export function householdMovements(
  random: Random,
  household: Household,
  calendar: Calendar,
  habits: SiteHabits,
  cutter: KeyCutter,
): Movement[] {
  const { people } = household;
  const endMs = calendar.days * DAY_MS;
  const shared = sharedTrips(random, household, calendar);
  const trips = people.map((person, index) => tripsOf(random, person, shared[index] ?? [], calendar, habits));
  gather(random, people, trips);
  const movements: Movement[] = [];
  people.forEach((person, index) => {
    const own = trips[index] ?? [];
    moveInAndOut(movements, person, own, endMs);
    if (person.nearTrips > 0.05) {
      for (const trip of nearTripsOf(random, person, within(own, person), endMs)) pass(movements, person, trip, true);
    }
  });
  movements.push(...guestMovements(random, household.guests, people, trips, calendar, habits, cutter));
  return movements.sort(byTime);
}

const within = (trips: readonly Trip[], person: Person): Trip[] =>
  trips.filter((trip) => trip.backMs > person.fromMs && trip.leaveMs < person.untilMs);

function pass(into: Movement[], person: Person, trip: Trip, near: boolean): void {
  into.push({ atMs: trip.leaveMs, inward: false, by: person, near, guest: false });
  into.push({ atMs: trip.backMs, inward: true, by: person, near, guest: false });
}

function moveInAndOut(into: Movement[], person: Person, trips: readonly Trip[], endMs: number): void {
  const { fromMs, untilMs } = person;
  const move = (atMs: number, inward: boolean) => into.push({ atMs, inward, by: person, near: false, guest: false });
  if (Number.isFinite(fromMs)) move(fromMs, true);
  let home = true;
  for (const trip of trips) {
    if (trip.leaveMs <= fromMs + 10 * MINUTE_MS || trip.leaveMs >= untilMs - MINUTE_MS || trip.leaveMs > endMs)
      continue;
    move(trip.leaveMs, false);
    if (trip.backMs >= untilMs) {
      home = false;
      break;
    }
    move(trip.backMs, true);
  }
  if (home && Number.isFinite(untilMs)) move(untilMs, false);
}

/** Outings made together and the way to school, for each of the people. */
function sharedTrips(random: Random, household: Household, calendar: Calendar): Trip[][] {
  const { people } = household;
  const shared: Trip[][] = people.map(() => []);
  if (people.length < 2) return shared;
  let joint = 0;
  for (let day = -1; day < calendar.days; day++) {
    joint += 1;
    if (household.family && !isWeekend(day)) school(random, people, shared, day, joint);
    if (!random.chance(household.together * (isWeekend(day) ? 1.5 : 0.8))) continue;
    const trip = jointTrip(random, day, joint);
    const size = household.family ? people.length : random.int(2, Math.min(people.length, 3));
    random
      .shuffle(people.map((_, index) => index))
      .slice(0, size)
      .forEach((index, place) => {
        const lag = Math.round(place * STEP_MS * between(random, 0.6, random.chance(0.15) ? 3 : 1.4));
        shared[index]?.push({ leaveMs: trip.leaveMs + lag, backMs: trip.backMs + lag, joint });
      });
  }
  return shared;
}

/** Children leave with a grown-up and are fetched by one who is at home, where there is one. */
function school(random: Random, people: readonly Person[], shared: Trip[][], day: number, joint: number): void {
  const children = people.flatMap((person, index) => (person.work === "child" ? [index] : []));
  if (children.length === 0 || random.chance(0.04)) return;
  const first = people[children[0] ?? 0] as Person;
  const leaveMs = day * DAY_MS + (first.leavesMin + random.normal(0, 6)) * MINUTE_MS;
  const backMs = leaveMs + (first.workMin + random.normal(0, 8)) * MINUTE_MS;
  children.forEach((index, place) => {
    const lag = Math.round((place + 1) * STEP_MS * between(random, 0.6, random.chance(0.15) ? 3 : 1.4));
    shared[index]?.push({ leaveMs: leaveMs + lag, backMs: backMs + lag, joint });
  });
  const escort = people.findIndex((person) => person.work === "home");
  const walkMs = between(random, 15, 30) * MINUTE_MS;
  if (escort >= 0) {
    shared[escort]?.push({ leaveMs, backMs: leaveMs + walkMs, joint });
    shared[escort]?.push({ leaveMs: backMs - walkMs, backMs, joint });
  }
}

/** Those who take care not to be seen come in together when they come within the half hour: one key, one opening. */
function gather(random: Random, people: readonly Person[], trips: readonly Trip[][]): void {
  const byDay = new Map<number, Trip[]>();
  people.forEach((person, index) => {
    if (!person.hides) return;
    for (const trip of trips[index] ?? []) {
      const day = Math.floor(trip.backMs / DAY_MS);
      const list = byDay.get(day);
      if (list === undefined) byDay.set(day, [trip]);
      else list.push(trip);
    }
  });
  for (const list of byDay.values()) {
    if (list.length < 2 || !random.chance(0.7)) continue;
    list.sort((a, b) => a.backMs - b.backMs);
    const last = list.at(-1) as Trip;
    const near = list.filter((trip) => last.backMs - trip.backMs < 35 * MINUTE_MS);
    near.forEach((trip, place) => {
      trip.backMs = last.backMs + (place + 1 - near.length) * 1_100;
    });
  }
}
