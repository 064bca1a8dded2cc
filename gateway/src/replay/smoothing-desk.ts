/** The shared memory over which a replay's two threads share the smoothing of a morning: tickets to take, and a slot each for a job and its result. */
import type { SmoothJob } from "../core/occupancy/assess.ts";
import { type Channel, DAYS, type Diary, HOURS } from "../core/occupancy/diary.ts";
import type { Smoothed } from "../core/occupancy/smoother.ts";

/** Jobs that lie on the desk at once. */
export const SLOTS = 8;
/** What the smoother reads of a diary. */
const CHANNELS = ["in", "out", "opens", "grants", "on", "seen"] as const satisfies readonly Channel[];
const MAX_SIZE = 41;
const MAX_DAYS = DAYS + 2;

/** Tickets are numbers that only grow. `NEXT` is to be taken next, none from `END` on is there yet; `DONE` counts what the other thread has finished. */
export const [NEXT, END, DONE, FAILED, COUNTERS] = [0, 1, 2, 3, 4] as const;

const [FROM, TO, PERSONS, FIRST_DAY, LAST_DAY, HAS, FIELDS] = [0, 1, 2, 3, 4, 5, 6] as const;
const RESULTS = HOURS * 2 + MAX_SIZE + 24 * MAX_SIZE;

export interface Desk {
  readonly counters: Int32Array;
  readonly fields: Int32Array;
  readonly works: Uint8Array;
  readonly rings: Uint16Array;
  readonly results: Float64Array;
}

/** Both threads look at the same buffers. */
export function createDesk(): Desk {
  const room = (bytes: number) => new SharedArrayBuffer(bytes);
  return {
    counters: new Int32Array(room(COUNTERS * 4)),
    fields: new Int32Array(room(SLOTS * FIELDS * 4)),
    works: new Uint8Array(room(SLOTS * MAX_DAYS)),
    rings: new Uint16Array(room(SLOTS * CHANNELS.length * HOURS * 2)),
    results: new Float64Array(room(SLOTS * RESULTS * 8)),
  };
}

export const fitsDesk = ({ fromHour, toHour, maxPersons }: SmoothJob): boolean =>
  toHour - fromHour <= HOURS && maxPersons < MAX_SIZE;

/** Takes the next ticket; undefined when none is left. */
export function takeTicket({ counters }: Desk): number | undefined {
  for (;;) {
    const next = Atomics.load(counters, NEXT);
    if (next >= Atomics.load(counters, END)) return undefined;
    if (Atomics.compareExchange(counters, NEXT, next, next + 1) === next) return next;
  }
}

export function putJob(desk: Desk, ticket: number, { diary, fromHour, toHour, maxPersons, worksOn }: SmoothJob): void {
  const slot = ticket % SLOTS;
  let has = 0;
  for (const [index, channel] of CHANNELS.entries()) {
    const ring = diary.hours[channel];
    if (ring === undefined) continue;
    has |= 1 << index;
    desk.rings.set(ring, (slot * CHANNELS.length + index) * HOURS);
  }
  desk.fields.set([fromHour, toHour, maxPersons, diary.firstDay, diary.lastDay, has], slot * FIELDS);
  const [first, last] = [Math.floor(fromHour / 24), Math.floor((toHour - 1) / 24)];
  for (let day = first; day <= last; day++) desk.works[slot * MAX_DAYS + day - first] = worksOn(day) ? 1 : 0;
}

export function jobAt(desk: Desk, ticket: number): SmoothJob {
  const slot = ticket % SLOTS;
  const field = (index: number) => desk.fields[slot * FIELDS + index] as number;
  const hours: Diary["hours"] = {};
  for (const [index, channel] of CHANNELS.entries()) {
    const at = (slot * CHANNELS.length + index) * HOURS;
    if ((field(HAS) & (1 << index)) !== 0) hours[channel] = desk.rings.slice(at, at + HOURS);
  }
  const fromHour = field(FROM);
  const first = Math.floor(fromHour / 24);
  return {
    diary: { firstDay: field(FIRST_DAY), lastDay: field(LAST_DAY), hours },
    fromHour,
    toHour: field(TO),
    maxPersons: field(PERSONS),
    worksOn: (day) => desk.works[slot * MAX_DAYS + day - first] === 1,
  };
}

/** `habits` comes last: it may be empty. */
export function putResult({ results }: Desk, ticket: number, { mean, sd, last, habits }: Smoothed): void {
  const at = (ticket % SLOTS) * RESULTS;
  results.set(mean, at);
  results.set(sd, at + HOURS);
  results.set(last, at + 2 * HOURS);
  results.set(habits, at + 2 * HOURS + MAX_SIZE);
}

export function resultAt({ results }: Desk, ticket: number, { fromHour, toHour, maxPersons }: SmoothJob): Smoothed {
  const at = (ticket % SLOTS) * RESULTS;
  const part = (from: number, length: number) => results.slice(at + from, at + from + length);
  return {
    fromHour,
    mean: part(0, toHour - fromHour),
    sd: part(HOURS, toHour - fromHour),
    last: Array.from(part(2 * HOURS, maxPersons + 1)),
    habits: part(2 * HOURS + MAX_SIZE, 24 * (maxPersons + 1)),
  };
}
