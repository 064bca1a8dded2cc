/** Everybody who comes to a household without living there: visitors, partners, parties, deliveries, cleaners, landlords, viewers. */
import type { Random } from "@gatehouse/protocol/testing";
import { type Calendar, holidayAt, isWeekend, weekdayOf } from "./calendar.ts";
import { between, clamp, DAY_MS, HOUR_MS, lognormal, MINUTE_MS, poisson } from "./draws.ts";
import type { SiteHabits } from "./habits.ts";
import type { HeldKey, Key, KeyCutter } from "./keys.ts";
import type { Movement, Passer } from "./movements.ts";
import type { Person } from "./person.ts";
import type { Trip } from "./trips.ts";

export interface GuestPlan {
  /** Factors on the site's rates for this household. */
  readonly visits: number;
  readonly overnight: number;
  readonly parties: number;
  readonly deliveries: number;
  /** Nights a week a partner stays, at most 6; 0 for none. */
  readonly partnerNights: number;
  readonly partnerKey?: Key;
  /** Comes once a week on this weekday. */
  readonly cleaner?: { readonly key: Key; readonly weekday: number };
  readonly landlordKey?: Key;
  /** Landlord's visits a day. */
  readonly landlord: number;
  /** Showings to people who may rent, a day. */
  readonly viewings: number;
}

/** Guests never stay more nights in a row than this. */
export const MOST_NIGHTS = 6;

const NOBODY: Omit<Passer, "keys"> = { cardDiscipline: 0.9, hides: false };

/** One day of receiving guests. */
interface Reception {
  readonly random: Random;
  readonly plan: GuestPlan;
  readonly habits: SiteHabits;
  readonly day: number;
  readonly free: boolean;
  readonly stay: Stay;
  readonly hostAt: (atMs: number) => boolean;
  readonly guestKey: () => HeldKey[];
}

type Stay = (fromMs: number, untilMs: number, keys?: readonly HeldKey[]) => void;

export function guestMovements(
  random: Random,
  plan: GuestPlan,
  people: readonly Person[],
  trips: readonly (readonly Trip[])[],
  calendar: Calendar,
  habits: SiteHabits,
  cutter: KeyCutter,
): Movement[] {
  const movements: Movement[] = [];
  const stay: Stay = (fromMs, untilMs, keys = []) =>
    stays(random, movements, { ...NOBODY, keys }, fromMs, untilMs, habits.nearTrips);
  const hostAt = (atMs: number) => somebodyHome(people, trips, atMs);
  const guestKey = (): HeldKey[] => (random.chance(habits.visitorKeys) ? [{ key: cutter.cut(), weight: 1 }] : []);
  let partnerNights = 0;
  for (let day = 0; day < calendar.days; day++) {
    const free = isWeekend(day) || holidayAt(calendar, day);
    const reception = { random, plan, habits, day, free, stay, hostAt, guestKey };
    visitors(reception);
    party(reception);
    overnight(reception);
    partnerNights = partner(reception) && partnerNights < MOST_NIGHTS ? partnerNights + 1 : 0;
    if (partnerNights > 0) partnerStays(reception);
    quick(reception);
  }
  return movements;
}

const clockOf =
  ({ day }: Reception) =>
  (minutes: number): number =>
    day * DAY_MS + minutes * MINUTE_MS;

function visitors(reception: Reception): void {
  const { random, plan, habits, free, hostAt } = reception;
  const clock = clockOf(reception);
  for (let n = poisson(random, plan.visits * habits.visits * (free ? 2 : 0.7)); n > 0; n--) {
    const at = clock(random.chance(free ? 0.55 : 0.35) ? between(random, 600, 1050) : random.normal(1145, 65));
    if (!hostAt(at)) continue;
    const untilMs = Math.min(at + lognormal(random, 95, 0.65) * MINUTE_MS, clock(23 * 60 + 45));
    crowd(reception, random.pick([1, 1, 1, 2, 2, 3]), at, untilMs);
  }
}

function party(reception: Reception): void {
  const { random, plan, habits, day, hostAt } = reception;
  if (!random.chance(plan.parties * habits.parties * (weekdayOf(day) === 5 ? 4 : 0.6))) return;
  const at = clockOf(reception)(random.normal(18 * 60 + 45, 40));
  if (hostAt(at)) crowd(reception, random.int(3, 8), at, at + between(random, 150, 380) * MINUTE_MS);
}

/** Whether the partner means to come today. */
const partner = ({ random, plan }: Reception): boolean =>
  plan.partnerNights > 0 && random.chance(Math.min(plan.partnerNights / 7, 1));

function partnerStays(reception: Reception): void {
  const { random, plan, day, stay, hostAt } = reception;
  const clock = clockOf(reception);
  const at = clock(random.normal(19 * 60 + 20, 70));
  const untilMs = clock(1440 + random.normal(isWeekend(day + 1) ? 630 : 485, 35));
  if (hostAt(at)) stay(at, untilMs, plan.partnerKey === undefined ? [] : [{ key: plan.partnerKey, weight: 1 }]);
}

/** One who comes and goes; those in a crowd pass right behind one another. Some walk about the building meanwhile. */
function stays(random: Random, into: Movement[], by: Passer, fromMs: number, untilMs: number, nearTrips: number): void {
  const pass = (atMs: number, inward: boolean, near: boolean) => into.push({ atMs, inward, by, near, guest: true });
  pass(fromMs, true, false);
  const everyMs = (10 * HOUR_MS) / nearTrips;
  for (
    let at = fromMs + random.exponential(everyMs);
    at < untilMs - 20 * MINUTE_MS;
    at += random.exponential(everyMs)
  ) {
    const backMs = Math.min(at + lognormal(random, 6, 0.8) * MINUTE_MS, untilMs - 2 * MINUTE_MS);
    pass(at, false, true);
    pass(backMs, true, true);
    at = backMs + MINUTE_MS;
  }
  pass(untilMs, false, false);
}

function crowd(reception: Reception, size: number, fromMs: number, untilMs: number): void {
  const { random, stay, guestKey } = reception;
  const step = () => between(random, 450, random.chance(0.15) ? 2_500 : 1_000);
  for (let n = 0; n < size; n++) {
    const apart = random.chance(0.75) ? n * step() : between(random, 0, 40 * MINUTE_MS);
    const leave = random.chance(0.8) ? n * step() : -between(random, 0, 30 * MINUTE_MS);
    stay(fromMs + apart, Math.max(untilMs + leave, fromMs + apart + 4 * MINUTE_MS), n === 0 ? guestKey() : []);
  }
}

/** One or two who stay one to six nights, out by day as a rule. */
function overnight(reception: Reception): void {
  const { random, plan, habits, day, free, stay, hostAt, guestKey } = reception;
  if (!random.chance(clamp(plan.overnight * habits.overnight * (free ? 1.6 : 0.8), 0, 0.4))) return;
  const fromMs = clockOf(reception)(random.normal(18 * 60 + 30, 100));
  if (!hostAt(fromMs)) return;
  const nights = Math.min(1 + Math.floor(random.exponential(1.7)), MOST_NIGHTS);
  for (let guests = random.chance(0.4) ? 2 : 1; guests > 0; guests--) {
    const keys = guestKey();
    let inMs = fromMs + guests * 700;
    for (let night = 1; night <= nights; night++) {
      const morning = (day + night) * DAY_MS + between(random, 440, 660) * MINUTE_MS + guests * 700;
      stay(inMs, morning, keys);
      inMs = morning + between(random, 120, 600) * MINUTE_MS;
    }
  }
}

/** Those who are inside for minutes or an hour or two. */
function quick(reception: Reception): void {
  const { random, plan, habits, day, stay, hostAt } = reception;
  const clock = clockOf(reception);
  for (let n = poisson(random, 0.15 * plan.deliveries * habits.deliveries); n > 0; n--) {
    const at = clock(between(random, 560, 1260));
    if (hostAt(at)) stay(at, at + lognormal(random, 25_000, 0.6));
  }
  if (plan.cleaner !== undefined && weekdayOf(day) === plan.cleaner.weekday && !random.chance(0.12)) {
    const at = clock(random.normal(620, 50));
    stay(at, at + between(random, 50, 170) * MINUTE_MS, [{ key: plan.cleaner.key, weight: 1 }]);
  }
  const landlord = plan.landlordKey === undefined ? [] : [{ key: plan.landlordKey, weight: 1 }];
  if (random.chance(plan.landlord)) {
    const at = clock(between(random, 540, 1170));
    stay(at, at + lognormal(random, 14, 0.6) * MINUTE_MS, landlord);
  }
  if (random.chance(plan.viewings)) {
    const at = clock(between(random, 590, 1190));
    const untilMs = at + lognormal(random, 12, 0.4) * MINUTE_MS;
    for (let n = 0; n <= random.int(1, 3); n++) stay(at + n * 800, untilMs + n * 750, n === 0 ? landlord : []);
  }
}

/** Whether one of the residents is in at a moment. */
function somebodyHome(people: readonly Person[], trips: readonly (readonly Trip[])[], atMs: number): boolean {
  return people.some((person, index) => {
    if (atMs < person.fromMs || atMs > person.untilMs) return false;
    const own = trips[index] ?? [];
    let low = 0;
    let high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle] as Trip).leaveMs <= atMs) low = middle + 1;
      else high = middle;
    }
    const last = own[low - 1];
    return last === undefined || last.backMs <= atMs;
  });
}
