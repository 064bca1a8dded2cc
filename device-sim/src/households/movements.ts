/** People passing a flat's door, in order of time, for ever: residents by their trips, visitors now and then, moving in and out. */
import { localDay, localTimeMs } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Flat } from "../scenario.ts";
import { type Resident, residentsOf, type World } from "./residents.ts";
import { DAY_BEGINS_MIN, tripsOf } from "./trips.ts";

/** One person passing a flat's door: the truth behind the readings. */
export interface Movement {
  readonly atMs: number;
  readonly flat: string;
  /** Resident's id, or `FLAT/visitor`. */
  readonly person: string;
  readonly direction: "in" | "out";
  /** The card shown; residents coming in only. */
  readonly card?: string;
  /** People inside after it. */
  readonly present: number;
}

type Passing = Omit<Movement, "present">;

/** A trip that began before yesterday is over. */
const LONGEST_TRIP_DAYS = 1;
const VISITORS_APART_MS = 1_200;

/** People inside a flat at `ms`, residents and visitors. */
export function presentAt(flat: Flat, world: World, ms: number): number {
  const day = localDay(ms, world.timezone);
  const residents = residentsOf(flat, world);
  const home = residents.filter((resident) => isHome(resident, world, ms)).length;
  const stays = visitsOf(flat, residents, day, world);
  return home + stays.filter((stay) => stay.fromMs <= ms && ms < stay.untilMs).length;
}

function isHome(resident: Resident, world: World, ms: number): boolean {
  if (ms < resident.arriveMs || ms >= resident.departMs) return false;
  const day = localDay(ms, world.timezone);
  for (let d = day - LONGEST_TRIP_DAYS; d <= day; d++) {
    if (tripsOf(resident, d, world).some((trip) => trip.leaveMs <= ms && ms < trip.returnMs)) return false;
  }
  return true;
}

/** All movements at or after `fromMs`. Endless: take what you need. */
export function* movementsOf(flat: Flat, world: World, fromMs: number): Generator<Movement> {
  const residents = residentsOf(flat, world);
  let present = presentAt(flat, world, fromMs - 1);
  let waiting: Passing[] = [];
  for (let day = localDay(fromMs, world.timezone) - LONGEST_TRIP_DAYS; ; day++) {
    waiting.push(
      ...residents.flatMap((resident) => passingsOf(resident, day, world)),
      ...visitorsOf(flat, residents, day, world),
    );
    waiting.sort((a, b) => a.atMs - b.atMs);
    const nextDayMs = localTimeMs(day + 1, DAY_BEGINS_MIN, world.timezone);
    const due = waiting.filter((passing) => passing.atMs < nextDayMs);
    waiting = waiting.filter((passing) => passing.atMs >= nextDayMs);
    for (const passing of due) {
      if (passing.atMs < fromMs) continue;
      present += passing.direction === "in" ? 1 : -1;
      yield { ...passing, present };
    }
  }
}

/** What a resident does on one local day: trips, and moving in or out. */
function passingsOf(resident: Resident, day: number, world: World): Passing[] {
  const { flat, id: person, card, arriveMs, departMs } = resident;
  const goIn = (atMs: number): Passing => ({ atMs, flat, person, direction: "in", card });
  const goOut = (atMs: number): Passing => ({ atMs, flat, person, direction: "out" });
  const passings: Passing[] = [];
  if (Number.isFinite(arriveMs) && localDay(arriveMs, world.timezone) === day) passings.push(goIn(arriveMs));
  for (const trip of tripsOf(resident, day, world)) {
    passings.push(goOut(trip.leaveMs));
    if (trip.returnMs < departMs) passings.push(goIn(trip.returnMs));
  }
  const departs = Number.isFinite(departMs) && localDay(departMs, world.timezone) === day;
  if (departs && isHome(resident, world, departMs - 1)) passings.push(goOut(departMs));
  return passings;
}

/** A visitor inside the flat, from and until. */
interface Stay {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Visitors come in the evening, when a resident is there to open, and leave before midnight. One stay a person. */
function visitsOf(flat: Flat, residents: readonly Resident[], day: number, world: World): Stay[] {
  const random = new Random(`${world.seed}/${flat.id}/visit/${day}`);
  if (!random.chance(flat.visitors ?? world.visitors)) return [];
  const from = Math.min(Math.max(random.normal(19 * 60 + 15, 40), 17 * 60), 21 * 60 + 30);
  const until = Math.min(from + random.int(50, 190), 23 * 60 + 30);
  const fromMs = Math.round(localTimeMs(day, from, world.timezone));
  const untilMs = Math.round(localTimeMs(day, until, world.timezone));
  if (!residents.some((resident) => isHome(resident, world, fromMs))) return [];
  return Array.from({ length: random.pick([1, 1, 2]) }, (_, index) => ({
    fromMs: fromMs + index * VISITORS_APART_MS,
    untilMs: untilMs + index * VISITORS_APART_MS,
  }));
}

function visitorsOf(flat: Flat, residents: readonly Resident[], day: number, world: World): Passing[] {
  const person = `${flat.id}/visitor`;
  return visitsOf(flat, residents, day, world).flatMap((stay): Passing[] => [
    { atMs: stay.fromMs, flat: flat.id, person, direction: "in" },
    { atMs: stay.untilMs, flat: flat.id, person, direction: "out" },
  ]);
}
