/** From a diary to a table of days: which counters can be believed, how many people are thinkable, what the smoother says. */
import type { Model, SpaceModel } from "../model.ts";
import type { Belief } from "./belief.ts";
import { type DayTable, dayTable } from "./days.ts";
import { DAYS, type Diary, sumOfDay } from "./diary.ts";
import { type Smoothed, smooth } from "./smoother.ts";

/** People a space is thought able to hold at the most, for the hidden count. */
export const mostPersons = ({ limit }: SpaceModel): number => Math.min(40, 2 * (limit?.persons ?? 4) + 8);

/** A counter that counted nothing while its door opened often, or a thousand times a day, cannot be believed that day. */
export function counterWorks({ hours }: Diary, day: number): boolean {
  if (hours.in === undefined && hours.out === undefined) return false;
  const counts = sumOfDay(hours.in, day) + sumOfDay(hours.out, day);
  const opens = sumOfDay(hours.opens, day);
  const dead = counts === 0 && opens > DEAD_OPENINGS;
  const babbling = counts > BABBLE_MIN && counts > BABBLE_RATIO * Math.max(1, opens);
  return !dead && !(hours.opens !== undefined && babbling);
}
const DEAD_OPENINGS = 6;
const BABBLE_MIN = 60;
const BABBLE_RATIO = 4;

/** Hours of a diary to smooth. */
export interface SmoothJob {
  readonly diary: Diary;
  readonly fromHour: number;
  readonly toHour: number;
  readonly maxPersons: number;
  readonly worksOn: (day: number) => boolean;
}

/** Smooths several diaries, in the order given. They have nothing to do with one another. */
export type SmoothAll = (jobs: readonly SmoothJob[]) => readonly Smoothed[];

export const smoothJob = ({ diary, fromHour, toHour, maxPersons, worksOn }: SmoothJob): Smoothed =>
  smooth(diary, fromHour, toHour, maxPersons, worksOn);

export const smoothAll: SmoothAll = (jobs) => jobs.map(smoothJob);

/** The four weeks up to the morning of local day `day`. */
export function jobOf(space: SpaceModel, { diary }: Belief, day: number): SmoothJob {
  const morningHour = day * 24 + cutHourOf(space);
  const fromHour = Math.max(diary.firstDay * 24, morningHour - DAYS * 24 + 24);
  const toHour = Math.max(fromHour + 1, morningHour);
  return { diary, fromHour, toHour, maxPersons: mostPersons(space), worksOn: worksByDay(diary) };
}

/** The table of those weeks; `smoothed` is what the smoother made of the job. */
export const tableOf = (
  space: SpaceModel,
  { roster }: Belief,
  day: number,
  job: SmoothJob,
  smoothed: Smoothed,
): DayTable => dayTable(job.diary, roster, smoothed, day, cutHourOf(space), job.worksOn);

export function worksByDay(diary: Diary): (day: number) => boolean {
  const known = new Map<number, boolean>();
  return (day) => {
    let works = known.get(day);
    if (works === undefined) {
      works = counterWorks(diary, day);
      known.set(day, works);
    }
    return works;
  };
}

export const cutHourOf = (space: SpaceModel): number => Math.floor(space.nightEndMinutes / 60);

/** All judged spaces of the site that have a diary. */
export function judged(model: Model, beliefs: ReadonlyMap<string, Belief>): [SpaceModel, Belief][] {
  return [...model.spaces.values()].flatMap((space): [SpaceModel, Belief][] => {
    const belief = beliefs.get(space.space.id);
    return space.limit === undefined || belief === undefined || belief.diary.lastDay < 0 ? [] : [[space, belief]];
  });
}
