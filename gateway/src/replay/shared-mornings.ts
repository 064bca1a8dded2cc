/** Assesses the spaces of a morning on two threads: a replay is waited for, and mornings are most of its work. The same results as on one. */
import {
  type Assessed,
  type Assessor,
  assess,
  counterWorks,
  cutHourOf,
  type MorningJob,
} from "../core/occupancy/assess.ts";
import { type Channel, HOURS } from "../core/occupancy/diary.ts";
import type { ResidencyModel } from "../core/occupancy/residency.ts";
import { shippedModel } from "../core/occupancy/residency-model.ts";
import type { Round, SecondThread } from "./second-thread.ts";

/** Fewer are not worth telling the other thread of. */
const LEAST_JOBS = 4;

interface Expected {
  readonly index: number;
  readonly job: MorningJob;
}

export class SharedMornings implements Assessor {
  readonly #thread: SecondThread;
  #round: Round | undefined;
  /** By space. */
  readonly #expected = new Map<string, Expected>();

  constructor(thread: SecondThread) {
    this.#thread = thread;
  }

  expect(jobs: () => readonly MorningJob[]): void {
    this.#round?.drop();
    this.#round = undefined;
    this.#expected.clear();
    const expected = jobs();
    if (expected.length < LEAST_JOBS) return;
    for (const [index, job] of expected.entries()) this.#expected.set(job.space.space.id, { index, job });
    this.#round = this.#thread.share(expected.map(slim));
  }

  assess(job: MorningJob, model: ResidencyModel): Assessed {
    const id = job.space.space.id;
    const expected = this.#expected.get(id);
    this.#expected.delete(id);
    if (expected === undefined || this.#round === undefined || model !== shippedModel || !isSame(expected.job, job))
      return assess(job, model);
    return this.#round.take(expected.index, () => assess(job, model));
  }
}

/** Without what the other thread does not look at. */
function slim({ space, ...job }: MorningJob): MorningJob {
  const { id, kind, registered, areaM2, rooms } = space.space;
  const { limit, nightEndMinutes } = space;
  return { ...job, space: { limit, nightEndMinutes, space: { id, kind, registered, areaM2, rooms } } };
}

/** Nothing has come in that the assessment looks at. */
const isSame = (expected: MorningJob, job: MorningJob): boolean =>
  expected.day === job.day &&
  expected.habits === job.habits &&
  sameDiary(expected, job) &&
  sameRoster(expected.roster, job.roster);

/** What happens after the night counts for one thing alone: whether the day's counter can be believed. */
function sameDiary({ diary: expected }: MorningJob, { diary, day, space }: MorningJob): boolean {
  const channels = Object.keys(diary.hours) as Channel[];
  const today = (day % (HOURS / 24)) * 24;
  return (
    diary.firstDay === expected.firstDay &&
    diary.lastDay === expected.lastDay &&
    channels.length === Object.keys(expected.hours).length &&
    channels.every((channel) => {
      const [ring, other] = [diary.hours[channel], expected.hours[channel]];
      if (ring === undefined || other === undefined) return false;
      return sameHours(ring, other, 0, today + cutHourOf(space)) && sameHours(ring, other, today + 24, HOURS);
    }) &&
    counterWorks(diary, day) === counterWorks(expected, day)
  );
}

function sameHours(ring: Uint16Array, other: Uint16Array, from: number, to: number): boolean {
  for (let slot = from; slot < to; slot++) if (ring[slot] !== other[slot]) return false;
  return true;
}

function sameRoster(expected: MorningJob["roster"], roster: MorningJob["roster"]): boolean {
  if (expected.size !== roster.size) return false;
  const others = expected.entries();
  for (const [credential, { role, firstDay, lastDay, uses }] of roster) {
    const [id, other] = others.next().value ?? [];
    if (id !== credential || other === undefined) return false;
    if (other.role !== role || other.firstDay !== firstDay || other.lastDay !== lastDay) return false;
    for (let day = 0; day < uses.length; day++) if (uses[day] !== other.uses[day]) return false;
  }
  return true;
}
