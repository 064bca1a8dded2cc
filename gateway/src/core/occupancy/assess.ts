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

/** The table of the four weeks up to the morning of local day `day`, and the smoothed head count behind it. */
export function tableOf(
  space: SpaceModel,
  belief: Belief,
  day: number,
  cutHour: number,
): { readonly table: DayTable; readonly smoothed: Smoothed } {
  const { diary, roster } = belief;
  const toHour = day * 24 + cutHour;
  const fromHour = Math.max(diary.firstDay * 24, toHour - DAYS * 24 + 24);
  const works = worksByDay(diary);
  const smoothed = smooth(diary, fromHour, Math.max(fromHour + 1, toHour), mostPersons(space), works);
  return { table: dayTable(diary, roster, smoothed, day, cutHour, works), smoothed };
}

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
