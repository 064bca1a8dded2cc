/** The end of a night: every space's diary becomes its table of days, the site's habits are learnt, and it is judged who lives where. */
import type { Model, SpaceModel } from "../model.ts";
import type { CoreState } from "../state.ts";
import { cutHourOf, judged, tableOf } from "./assess.ts";
import { type Belief, THOUSAND } from "./belief.ts";
import type { DayTable } from "./days.ts";
import { openDay } from "./diary.ts";
import { learnHabits, proxyHeads, spaceFeatureValues } from "./features.ts";
import { updatePresent } from "./heads.ts";
import { watchAll } from "./observe.ts";
import { forgetGone } from "./roster.ts";

/** Mornings kept: twice the longest row a rule looks at. */
const MORNINGS_KEPT = 28;
/** Mornings before the latest that late readings may still change. */
const LATE_MORNINGS = 7;

/** Brings what is known of a space up to `nowMs`. */
export function bringUp(model: Model, space: SpaceModel, belief: Belief, nowMs: number): void {
  const hour = model.hourOf(nowMs);
  watchAll(model, belief, nowMs);
  openDay(belief.diary, Math.floor(hour / 24));
  updatePresent(space, belief, hour, hour);
}

/** Judges the spaces for which `ends` holds on the morning of local day `day`. */
export function judgeMorning(
  state: CoreState,
  model: Model,
  day: number,
  nowMs: number,
  ends: (space: SpaceModel) => boolean,
): void {
  const ended = judged(model, state.beliefs).filter(([space]) => ends(space));
  const tables = ended.map(([space, belief]) => {
    watchAll(model, belief, nowMs);
    openDay(belief.diary, Math.floor(model.hourOf(nowMs) / 24));
    forgetGone(belief.roster, day);
    return anchoredTable(space, belief, day);
  });
  const habits = learnHabits(
    ended.map(([space], index) => {
      const table = tables[index] as DayTable;
      return { table, heads: proxyHeads(table, space) };
    }),
  );
  state.habits = { ...state.habits, ...habits };
  state.dirty.add("core/habits");
  for (const [index, [space, belief]] of ended.entries()) {
    const hour = model.hourOf(nowMs);
    updatePresent(space, belief, hour, hour);
    state.dirty.add(`belief/${space.space.id}`);
    rejudgeLate(state, space, belief, day);
    judge(state, space, belief, tables[index] as DayTable, day);
    belief.staleFrom = undefined;
  }
}

/** The table, and with it the live head count set on what the whole diary says. */
function anchoredTable(space: SpaceModel, belief: Belief, day: number): DayTable {
  const { table, smoothed } = tableOf(space, belief, day, cutHourOf(space));
  belief.anchor = { hour: day * 24 + cutHourOf(space), chances: Array.from(smoothed.last) };
  belief.habits = smoothed.habits.map((row) => row.map((weight) => Math.round(weight * THOUSAND) / THOUSAND));
  belief.heads = undefined;
  return table;
}

function judge(state: CoreState, space: SpaceModel, belief: Belief, table: DayTable, day: number): void {
  const values = spaceFeatureValues(space, table, belief.roster, day, state.habits);
  const verdict = state.residencyModel(space, values, day);
  belief.mornings = belief.mornings.filter((morning) => morning.day !== day);
  belief.mornings.push({ day, pOver: verdict.pOver, residing: verdict.residing });
  belief.mornings.sort((a, b) => a.day - b.day);
  if (belief.mornings.length > MORNINGS_KEPT) belief.mornings.shift();
  if (day === belief.mornings.at(-1)?.day) belief.residency = verdict;
}

/** Readings that came late belong to nights already judged: those are judged again. Returns whether there were any. */
export function rejudgeLate(state: CoreState, space: SpaceModel, belief: Belief, before: number): boolean {
  const { staleFrom } = belief;
  if (staleFrom === undefined) return false;
  const days = belief.mornings.map(({ day }) => day).filter((day) => day >= staleFrom && day < before);
  for (const day of days.slice(-LATE_MORNINGS)) {
    const { table } = tableOf(space, belief, day, cutHourOf(space));
    judge(state, space, belief, table, day);
  }
  belief.staleFrom = undefined;
  return true;
}
