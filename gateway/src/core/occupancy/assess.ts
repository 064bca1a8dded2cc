/** From a diary to a verdict: which counters can be believed, how many people are thinkable, what smoother, table of days and model say. */
import type { Model, SpaceModel } from "../model.ts";
import { type Belief, THOUSAND } from "./belief.ts";
import { cardValues } from "./card-features.ts";
import { countsMakeSense, daysOfSense, WEEK } from "./counter-sense.ts";
import { dayTable, type HeadDays, headDays } from "./days.ts";
import { DAYS, type Diary, livedFrom, sumOfDay } from "./diary.ts";
import type { Residency } from "./estimate.ts";
import { spaceFeatureValues } from "./features.ts";
import { type HabitPart, habitPart, type SiteHabits } from "./habits.ts";
import { RATES } from "./hours.ts";
import type { ResidencyModel } from "./residency.ts";
import type { Roster } from "./roster.ts";
import { type Settled, smooth } from "./smoother.ts";

/** People a space is thought able to hold at the most, for the hidden count. */
export const mostPersons = ({ limit }: Pick<SpaceModel, "limit">): number =>
  Math.min(40, 2 * (limit?.persons ?? 4) + 8);

/** A counter that cannot be believed by its day, or that by then had counted one way only, or the wrong way round, for a week. */
export const counterWorks = (diary: Diary, day: number): boolean =>
  counterIsWell(diary, day) && countsMakeSense(diary, day);

/** A counter that counted nothing while its door opened often, or a thousand times a day, cannot be believed that day. */
export function counterIsWell({ hours }: Diary, day: number): boolean {
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

/** What the estimator must know of a space. */
export interface JudgedSpace extends Pick<SpaceModel, "limit" | "nightEndMinutes"> {
  readonly space: Pick<SpaceModel["space"], "id" | "kind" | "registered" | "areaM2" | "rooms">;
}

/** The end of a night in one space, to be assessed: all that it takes, and nothing of other spaces. */
export interface MorningJob {
  readonly space: JudgedSpace;
  /** Local day whose night ended. */
  readonly day: number;
  readonly diary: Diary;
  readonly roster: Roster;
  /** As known before this morning. */
  readonly habits: SiteHabits;
  /** As the morning before left it; undefined where the whole diary is to be gone through. */
  readonly past: Past | undefined;
}

/** What mornings leave to the next, so that it does not go through the whole diary again. */
export interface Past {
  /** Local day of that morning. */
  readonly day: number;
  readonly settled: Settled;
  readonly heads: HeadDays;
}

/** What is made of it. */
export interface Assessed {
  /** Chances of 0, 1, … people at the end of the night, and each hour's usual weights, to thousandths: as the smoother has them. */
  readonly last: Float64Array;
  readonly hourly: Float64Array;
  readonly part: HabitPart;
  /** Its counters were deaf one way or the wrong way round in the week before. */
  readonly miscounts: boolean;
  readonly verdict: Residency;
  /** Undefined where somebody else keeps it. */
  readonly past: Past | undefined;
}

/** Assesses the spaces of a morning. Where it does so changes no result. */
export interface Assessor {
  assess(job: MorningJob, model: ResidencyModel): Assessed;
}

export function assess(job: MorningJob, model: ResidencyModel): Assessed {
  const { space, day, diary, roster, habits, past } = job;
  const morningHour = day * 24 + cutHourOf(space);
  // The four weeks up to the morning.
  const fromHour = Math.max(livedFrom(diary) * 24, morningHour - DAYS * 24 + 24);
  const toHour = Math.max(fromHour + 1, morningHour);
  const { worksOn, miscounts } = worksByDay(diary, day);
  const smoothed = smooth(diary, fromHour, toHour, mostPersons(space), worksOn, RATES, past?.settled);
  const table = dayTable(diary, roster, smoothed, past, day, cutHourOf(space), worksOn);
  return {
    past: { day, settled: smoothed.settled, heads: headDays(table, day) },
    last: smoothed.last,
    hourly: inThousandths(smoothed.habits),
    part: habitPart(table, space),
    miscounts,
    verdict: model(space, spaceFeatureValues(space, table, cardValues(roster, day, livedFrom(diary)), habits), day),
  };
}

function inThousandths(weights: Float64Array): Float64Array {
  const rounded = new Float64Array(weights.length);
  for (let at = 0; at < weights.length; at++) rounded[at] = Math.round((weights[at] as number) * THOUSAND) / THOUSAND;
  return rounded;
}

/** On the morning of local day `morning`: what the week before it shows of a counter holds for all of that week. */
function worksByDay(diary: Diary, morning: number): { worksOn: (day: number) => boolean; miscounts: boolean } {
  // The table of days begins the day before its first.
  const fromDay = morning - DAYS;
  const sense = daysOfSense(diary, fromDay, morning);
  const miscounts = sense[DAYS - 1] !== true;
  const doubtedFrom = miscounts ? morning - WEEK : Number.POSITIVE_INFINITY;
  const works = sense.map(
    (isSense, back) => isSense && fromDay + back < doubtedFrom && counterIsWell(diary, fromDay + back),
  );
  return { worksOn: (day) => works[day - fromDay] as boolean, miscounts };
}

export const cutHourOf = (space: Pick<SpaceModel, "nightEndMinutes">): number => Math.floor(space.nightEndMinutes / 60);

/** All judged spaces of the site that have a diary. */
export function judged(model: Model, beliefs: ReadonlyMap<string, Belief>): [SpaceModel, Belief][] {
  return [...model.spaces.values()].flatMap((space): [SpaceModel, Belief][] => {
    const belief = beliefs.get(space.space.id);
    return space.limit === undefined || belief === undefined || belief.diary.lastDay < 0 ? [] : [[space, belief]];
  });
}
