/** Timers of the core: the calendar of a night, and deadlines. They live in the state, so they survive a restart. */
import { localDay, localTimeMs } from "@gatehouse/protocol";
import { type AlertEvent, overdue } from "./alerts/life.ts";
import type { Model, SpaceModel } from "./model.ts";
import { judged } from "./occupancy/assess.ts";
import { bringUp, judgeMorning } from "./occupancy/morning.ts";
import { nightRules } from "./rules/index.ts";
import { type CoreState, setTimer, settleTimers } from "./state.ts";

/** Local minutes of the nightly sample and of the daily anchor. */
export const SAMPLE_MINUTES = 3 * 60;
export const ANCHOR_MINUTES = 12 * 60;

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
  ]);
  for (const space of model.spaces.values()) wanted.set(`night:${space.nightEndMinutes}`, space.nightEndMinutes);
  for (const [name, timer] of state.timers) if (timer.calendar && !wanted.has(name)) state.timers.delete(name);
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
  for (const [name, timer] of state.timers) {
    if (timer.calendar) state.timers.delete(name);
    else timer.dueMs += shiftMs;
  }
  setCalendar(state, model, nowMs);
  settleTimers(state);
  state.dirty.add("core/timers");
}

/** Fires everything due by `nowMs` in order of time; each sees its own due time. */
export function fireTimers(state: CoreState, model: Model, nowMs: number): Fired {
  const alerts: AlertEvent[] = [];
  const spaces = new Set<string>();
  let sampled = false;
  let dayEnded: number | undefined;
  for (let next = earliest(state, nowMs); next !== undefined; next = earliest(state, nowMs)) {
    const { name, dueMs } = next;
    if (state.timers.get(name)?.calendar) advance(state, model, name, dueMs, nowMs);
    else state.timers.delete(name);
    if (name === "sample" || name === "anchor") {
      sampled = true;
      for (const space of visit(state, model, dueMs)) spaces.add(space);
    } else if (name.startsWith("night:")) {
      dayEnded = localDay(dueMs, model.zone);
      alerts.push(...judge(state, model, name, dueMs));
    } else alerts.push(...[overdue(state, name, dueMs)].filter((event) => event !== undefined));
  }
  settleTimers(state);
  state.dirty.add("core/timers");
  return { alerts, spaces: [...spaces], sampled, ...(dayEnded === undefined ? {} : { dayEnded }) };
}

/** Brings every belief up to now. Returns their spaces. */
function visit(state: CoreState, model: Model, dueMs: number): string[] {
  for (const [space, belief] of judged(model, state.beliefs)) {
    bringUp(model, space, belief, dueMs);
    state.dirty.add(`belief/${space.space.id}`);
  }
  return [...state.beliefs.keys()];
}

function judge(state: CoreState, model: Model, name: string, dueMs: number): AlertEvent[] {
  const ends = (space: SpaceModel): boolean => name === `night:${space.nightEndMinutes}`;
  judgeMorning(state, model, localDay(dueMs, model.zone), dueMs, ends);
  const ended = [...model.spaces].filter(([, space]) => ends(space));
  return ended.flatMap(([id]) => nightRules.flatMap((rule) => rule(state, id, dueMs)));
}

function earliest(state: CoreState, nowMs: number): { name: string; dueMs: number } | undefined {
  let best: { name: string; dueMs: number } | undefined;
  for (const [name, { dueMs }] of state.timers) {
    if (dueMs <= nowMs && (best === undefined || dueMs < best.dueMs)) best = { name, dueMs };
  }
  return best;
}

/** More days than a box may have slept are not made up one by one. */
const MAX_CATCH_UP_MS = 14 * 86_400_000;

function advance(state: CoreState, model: Model, name: string, dueMs: number, nowMs: number): void {
  const minutes =
    name === "sample" ? SAMPLE_MINUTES : name === "anchor" ? ANCHOR_MINUTES : Number(name.slice("night:".length));
  const fromMs = Math.max(dueMs, nowMs - MAX_CATCH_UP_MS);
  state.timers.set(name, { dueMs: nextLocal(fromMs, minutes, model.zone), calendar: true });
}
