/** Timers of the core: the calendar of a night, and deadlines. They live in the state, so they survive a restart. */
import { localDay, localTimeMs } from "@gatehouse/protocol";
import { settleBudgets } from "./alerts/budget.ts";
import { alertTimer, shiftDeadlines } from "./alerts/escalation.ts";
import type { AlertEvent } from "./alerts/life.ts";
import { countSite } from "./compliance/streak.ts";
import { HAND_OVER_TIMER, remindHandOver } from "./hand-over/hand-over.ts";
import { shiftMoments } from "./memos.ts";
import type { Model, SpaceModel } from "./model.ts";
import { judged } from "./occupancy/assess.ts";
import { beginMorning, bringUp, continueMorning, rejudgeLate } from "./occupancy/morning.ts";
import { passDay } from "./presence/residence.ts";
import { missOperator, OPERATOR_TIMER } from "./prompts/causes.ts";
import { escalate, PROMPT_TIMER } from "./prompts/prompts.ts";
import { calendarRules, calendarTimes } from "./rules/custom/custom.ts";
import { keepWatch } from "./rules/device-fault.ts";
import { estimateRules, nightRules, timerRules } from "./rules/index.ts";
import { type CoreState, dropTimer, setTimer } from "./state.ts";

/** Local minutes of the nightly sample and of the daily anchor. */
export const SAMPLE_MINUTES = 3 * 60;
export const ANCHOR_MINUTES = 12 * 60;
/** When absence is looked at and the platform's view is compared: after the morning was judged. */
const PRESENCE_MINUTES = 9 * 60;
const DAILY: Readonly<Record<string, number>> = {
  sample: SAMPLE_MINUTES,
  anchor: ANCHOR_MINUTES,
  presence: PRESENCE_MINUTES,
};

/** Set when readings of nights already judged came in. */
export const LATE_TIMER = "late";

interface Fired {
  readonly alerts: readonly AlertEvent[];
  readonly spaces: readonly string[];
  readonly sampled: boolean;
  readonly dayEnded?: number;
}

/** Sets the calendar timers the model needs, and removes those it no longer needs. */
export function setCalendar(state: CoreState, model: Model, nowMs: number): void {
  const wanted = new Map<string, number>([
    ["sample", SAMPLE_MINUTES],
    ["anchor", ANCHOR_MINUTES],
    ["presence", PRESENCE_MINUTES],
  ]);
  for (const space of model.spaces.values()) wanted.set(`night:${space.nightEndMinutes}`, space.nightEndMinutes);
  for (const minutes of calendarTimes(model)) wanted.set(`daily:${minutes}`, minutes);
  keepWatch(state, nowMs);
  for (const [name, timer] of [...state.timers]) if (timer.calendar && !wanted.has(name)) dropTimer(state, name);
  for (const [name, minutes] of wanted) {
    if (!state.timers.has(name))
      setTimer(state, name, { dueMs: nextLocal(nowMs, minutes, model.zone), calendar: true });
  }
}

/** The next moment after `ms` that shows `minutes` past local midnight. */
function nextLocal(ms: number, minutes: number, zone: string): number {
  const day = localDay(ms, zone);
  const today = localTimeMs(day, minutes, zone);
  return today > ms ? today : localTimeMs(day + 1, minutes, zone);
}

/** After the wall clock was set: deadlines keep their distance, calendar timers are found anew. */
export function shiftTimers(state: CoreState, model: Model, shiftMs: number, nowMs: number): void {
  for (const [name, timer] of [...state.timers]) {
    if (timer.calendar) state.timers.delete(name);
    else state.timers.set(name, { ...timer, dueMs: timer.dueMs + shiftMs });
  }
  shiftDeadlines(state, shiftMs);
  shiftMoments(state, shiftMs);
  setCalendar(state, model, nowMs);
  state.dirty.add("core/timers");
}

/** Fires everything due by `nowMs` in order of time; each sees its own due time. */
export function fireTimers(state: CoreState, model: Model, nowMs: number): Fired {
  const alerts: AlertEvent[] = [];
  const spaces = new Set<string>();
  let sampled = false;
  let dayEnded: number | undefined;
  for (;;) {
    const { next } = state.timers;
    if (next === undefined || next.dueMs > nowMs) break;
    const { name, dueMs } = next;
    if (state.timers.get(name)?.calendar) advance(state, model, name, dueMs, nowMs);
    else state.timers.delete(name);
    if (name === "sample" || name === "anchor") {
      sampled = true;
      for (const space of visit(state, model, dueMs)) spaces.add(space);
      if (state.runs !== "mornings") alerts.push(...judgeEstimates(state, model, spaces, dueMs));
    } else {
      const day = name.startsWith("night:") ? localDay(dueMs, model.zone) : state.morning?.day;
      alerts.push(...answer(state, model, name, dueMs, nowMs).filter((event) => event !== undefined));
      if (day !== undefined && endsMorning(name) && isWhole(state, model, day)) dayEnded = day;
    }
  }
  state.dirty.add("core/timers");
  return { alerts, spaces: [...spaces], sampled, ...(dayEnded === undefined ? {} : { dayEnded }) };
}

const endsMorning = (name: string): boolean => name.startsWith("night:") || name === "morning";

/** Every night of the day has ended, and was judged. */
function isWhole(state: CoreState, model: Model, day: number): boolean {
  if (state.morning !== undefined) return false;
  for (const [name, { dueMs }] of state.timers)
    if (name.startsWith("night:") && localDay(dueMs, model.zone) <= day) return false;
  return true;
}

/** What follows from a timer that says nothing about estimates. */
function answer(
  state: CoreState,
  model: Model,
  name: string,
  dueMs: number,
  nowMs: number,
): readonly (AlertEvent | undefined)[] {
  // A box that slept through a morning has nothing to say about it.
  const slept = nowMs - dueMs >= MAX_SAMPLE_DELAY_MS;
  if (name.startsWith("night:")) {
    const ends = (space: SpaceModel): boolean => name === `night:${space.nightEndMinutes}`;
    beginMorning(state, model, localDay(dueMs, model.zone), ends);
    return judge(state, model, dueMs, slept);
  }
  if (name === "morning") return judge(state, model, dueMs, slept);
  if (name === LATE_TIMER) return judgeLate(state, model, dueMs);
  if (state.runs === "mornings") return [];
  if (name.startsWith("daily:")) return slept ? [] : calendarRules(state, minutesAfter(name), dueMs);
  if (name === "presence") {
    if (state.runs !== "gateway") return [];
    if (!slept) passDay(state, model, dueMs);
    countSite(state);
    return [];
  }
  // People are asked once after a long sleep, not once for every time it would have been while the box was off.
  const askedMs = slept ? nowMs : dueMs;
  if (remind(state, name, askedMs)) return [];
  if (name.startsWith("rule:")) return fireRule(state, name, dueMs, nowMs);
  return alertTimer(state, name, askedMs);
}

/** Operators are asked again. False: no timer of theirs. */
function remind(state: CoreState, name: string, atMs: number): boolean {
  if (name === OPERATOR_TIMER) missOperator(state, atMs);
  else if (name.startsWith(PROMPT_TIMER)) escalate(state, name, atMs);
  else if (name.startsWith(HAND_OVER_TIMER)) remindHandOver(state, name, atMs);
  else return false;
  return true;
}

/** In the order of the site file: a state that was read back from disk has an order of its own. */
function judgeEstimates(state: CoreState, model: Model, changed: ReadonlySet<string>, dueMs: number): AlertEvent[] {
  const seen = { atMs: dueMs, nowMs: dueMs, trigger: null };
  return [...model.spaces.keys()]
    .filter((space) => changed.has(space))
    .flatMap((space) => estimateRules.flatMap((rule) => rule(state, space, seen)));
}

/** Brings every belief up to now. Returns their spaces. */
function visit(state: CoreState, model: Model, dueMs: number): string[] {
  for (const [space, belief] of judged(model, state.beliefs)) {
    bringUp(state, model, space, belief, dueMs);
    state.dirty.add(`belief/${space.space.id}`);
  }
  return [...state.beliefs.keys()];
}

/** The next spaces of the morning; what is left of it comes a moment later. */
function judge(state: CoreState, model: Model, dueMs: number, slept: boolean): AlertEvent[] {
  const done = continueMorning(state, model, dueMs);
  if (state.morning !== undefined) setTimer(state, "morning", { dueMs: dueMs + MORNING_PAUSE_MS, calendar: false });
  return slept ? [] : ruleNights(state, done, dueMs);
}

const MORNING_PAUSE_MS = 1_000;

/** Readings of past nights came: their mornings are judged again, and what rests on them with them. */
function judgeLate(state: CoreState, model: Model, dueMs: number): AlertEvent[] {
  const stale = judged(model, state.beliefs).filter(([, belief]) => belief.staleFrom !== undefined);
  for (const [space, belief] of stale) {
    rejudgeLate(state, space, belief, Number.POSITIVE_INFINITY);
    state.dirty.add(`belief/${space.space.id}`);
  }
  return ruleNights(
    state,
    stale.map(([space]) => space.space.id),
    dueMs,
  );
}

function ruleNights(state: CoreState, spaces: readonly string[], dueMs: number): AlertEvent[] {
  if (state.runs === "mornings") return [];
  const alerts = spaces.flatMap((id) => nightRules.flatMap((rule) => rule(state, id, dueMs)));
  return [...alerts, ...settleBudgets(state, dueMs)];
}

/** `rule:door-held:D1` */
function fireRule(state: CoreState, name: string, dueMs: number, nowMs: number): readonly AlertEvent[] {
  const [, rule = "", subject = ""] = name.split(":");
  return timerRules[rule]?.(state, subject, dueMs, nowMs) ?? [];
}

const minutesAfter = (name: string): number => Number(name.slice(name.indexOf(":") + 1));

/** A box that slept through the moment knows nothing of that night. */
const MAX_SAMPLE_DELAY_MS = 3 * 3_600_000;

/** More days than a box may have slept are not made up one by one. */
const MAX_CATCH_UP_MS = 14 * 86_400_000;

function advance(state: CoreState, model: Model, name: string, dueMs: number, nowMs: number): void {
  const minutes = DAILY[name] ?? minutesAfter(name);
  const fromMs = Math.max(dueMs, nowMs - MAX_CATCH_UP_MS);
  state.timers.set(name, { dueMs: nextLocal(fromMs, minutes, model.zone), calendar: true });
}
