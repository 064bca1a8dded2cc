/**
 * The end of a night: every judged space's diary becomes its table of days, the site's habits are learnt, and it is judged who lives where.
 * A few spaces a second, so that a large site never holds up its readings.
 */
import type { Model, SpaceModel } from "../model.ts";
import type { CoreState } from "../state.ts";
import { cutHourOf, judged, type MorningJob } from "./assess.ts";
import { type Belief, createBelief, type Morning } from "./belief.ts";
import { openDay } from "./diary.ts";
import type { Residency } from "./estimate.ts";
import { addToHabits, createHabitSums, type HabitSums, habitsOf } from "./habits.ts";
import { updatePresent } from "./heads.ts";
import { watchAll } from "./observe.ts";
import { forgetGone } from "./roster.ts";

/** A morning being judged. */
export interface MorningWork {
  /** Local day whose night ended. */
  readonly day: number;
  /** Spaces still to be judged, in the order of the site file. */
  left: string[];
  readonly sums: HabitSums;
}

/** Spaces judged in one go; a space takes about a millisecond. */
const AT_A_TIME = 8;
/** Mornings kept: more than the longest row a rule looks at. */
const MORNINGS_KEPT = 62;
/** Mornings before the latest that late readings may still change. */
const LATE_MORNINGS = 7;

/** Brings what is known of a space up to `nowMs`. */
export function bringUp(state: CoreState, model: Model, space: SpaceModel, belief: Belief, nowMs: number): void {
  const hour = model.hourOf(nowMs);
  watchAll(model, belief, nowMs);
  openDay(belief.diary, Math.floor(hour / 24));
  if (state.runs !== "mornings") updatePresent(space, belief, hour, hour);
}

/**
 * After the wall clock was set back: what a diary holds of days to come was written under a wrong date, and while it stood there nothing older would
 * be taken. Such a diary begins anew.
 */
export function forgetFuture(state: CoreState, model: Model, nowMs: number): void {
  const today = Math.floor(model.hourOf(nowMs) / 24);
  for (const [id, belief] of state.beliefs) {
    if (belief.diary.lastDay <= today + 1) continue;
    state.beliefs.set(id, { ...createBelief(), balance: belief.balance });
    state.dirty.add(`belief/${id}`);
  }
}

/** Begins the morning of local day `day` for the spaces for which `ends` holds; what an unfinished one left is judged with it. */
export function beginMorning(state: CoreState, model: Model, day: number, ends: (space: SpaceModel) => boolean): void {
  const ended = judged(model, state.beliefs).flatMap(([space]) => (ends(space) ? [space.space.id] : []));
  const unfinished = state.morning?.left.filter((id) => !ended.includes(id)) ?? [];
  state.morning = { day, left: [...unfinished, ...ended], sums: createHabitSums() };
  state.dirty.add("core/morning");
}

/** Judges the next few spaces. Returns them; the morning is over when `state.morning` is gone. */
export function continueMorning(state: CoreState, model: Model, nowMs: number): string[] {
  const { morning } = state;
  if (morning === undefined) return [];
  const now = morning.left.slice(0, AT_A_TIME);
  morning.left = morning.left.slice(AT_A_TIME);
  for (const id of now) {
    const space = model.spaces.get(id);
    const belief = state.beliefs.get(id);
    if (space === undefined || belief === undefined) continue;
    watchAll(model, belief, nowMs);
    openDay(belief.diary, Math.floor(model.hourOf(nowMs) / 24));
    forgetGone(belief.roster, morning.day);
    rejudgeLate(state, space, belief, morning.day);
    const { last, hourly, part, miscounts, verdict, past } = state.assessor.assess(
      jobOf(state, space, belief, morning.day),
      state.residencyModel,
    );
    // The live head count goes on from what the whole diary says.
    belief.anchor = { hour: morning.day * 24 + cutHourOf(space), chances: last };
    belief.habits = hourly;
    belief.past = past;
    belief.heads = undefined;
    addToHabits(morning.sums, part);
    belief.miscounts = miscounts;
    if (state.runs !== "mornings") updatePresent(space, belief, model.hourOf(nowMs), model.hourOf(nowMs));
    conclude(belief, space, morning.day, verdict);
    state.dirty.add(`belief/${id}`);
  }
  if (morning.left.length === 0) {
    state.habits = { ...state.habits, ...habitsOf(morning.sums) };
    state.morning = undefined;
    state.dirty.add("core/habits");
  }
  state.dirty.add("core/morning");
  return now;
}

const jobOf = ({ habits }: CoreState, space: SpaceModel, { diary, roster, past }: Belief, day: number): MorningJob => ({
  space,
  day,
  diary,
  roster,
  habits,
  past,
});

function conclude(belief: Belief, { limit }: SpaceModel, day: number, verdict: Residency): void {
  const { pOver, residing, low, high } = verdict;
  const { mornings } = belief;
  // Nearly always the one behind the last; one that is judged again takes its own place.
  let at = mornings.length;
  while (at > 0 && (mornings[at - 1] as Morning).day >= day) at -= 1;
  const again = mornings[at]?.day === day ? 1 : 0;
  mornings.splice(at, again, {
    day,
    pOver,
    residing,
    low,
    high,
    ...(limit === undefined ? {} : { limit: limit.persons }),
  });
  if (mornings.length > MORNINGS_KEPT) mornings.shift();
  if (day === belief.mornings.at(-1)?.day) belief.residency = verdict;
}

/** Readings that came late belong to nights already judged: the mornings before local day `before` are judged again. */
export function rejudgeLate(state: CoreState, space: SpaceModel, belief: Belief, before: number): void {
  const { staleFrom } = belief;
  if (staleFrom === undefined) return;
  // Days that were settled have changed.
  if (belief.past !== undefined && (staleFrom - 1) * 24 + cutHourOf(space) < belief.past.settled.habitHour)
    belief.past = undefined;
  const days = belief.mornings.map(({ day }) => day).filter((day) => day >= staleFrom && day < before);
  for (const day of days.slice(-LATE_MORNINGS))
    conclude(belief, space, day, state.assessor.assess(jobOf(state, space, belief, day), state.residencyModel).verdict);
  belief.staleFrom = undefined;
}
