/** Patrols: each checkpoint is to be visited in its time; a tag at a reader or the plate at the door proves it, and a missed one is an alert. Pure. */
import { formatTime, type PatrolSettings, SEVERITY } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { dropMemo, memoOf, setMemo } from "../memos.ts";
import type { Model, SpaceModel } from "../model.ts";
import type { ReadingRule, TimerRule } from "../rules/rule.ts";
import { fact, span } from "../rules/words.ts";
import { type CoreState, dropTimer, modelOf, setTimer } from "../state.ts";
import { tell } from "../told.ts";

const NAME = "patrol-overdue";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Of one checkpoint. */
export interface PatrolMemo {
  /** The last proof, or where there was none yet, since when it is counted. */
  lastAtMs: number;
  proof?: {
    readonly how: "tag" | "plate";
    readonly by: string;
    readonly at: string;
    /** What was found; stays on the box. */
    readonly note?: string;
  };
  /** Visits in time, and times it ran out. */
  done: number;
  missed: number;
}

export const patrolMemo = (state: CoreState, space: string): PatrolMemo | undefined =>
  memoOf<PatrolMemo>(state, NAME, space);

const timerOf = (space: string): string => `rule:${NAME}:${space}`;

/** From one visit to the next, without grace. Undefined for a space no patrol goes to. */
export function periodMs(model: Model, space: SpaceModel): number | undefined {
  const point = model.patrols?.checkpoints.find((checkpoint) => checkpoint.space === space.space.id);
  if (model.patrols === undefined || point === undefined) return undefined;
  return (point.everyDays ?? model.patrols.everyDays[space.risk]) * DAY_MS;
}

export const graceMs = (patrols: PatrolSettings): number => patrols.graceHours * HOUR_MS;

/** After a new configuration: counts what is new from now on, forgets what is left out, and finds every due time anew. */
export function planPatrols(state: CoreState, model: Model, nowMs: number): AlertEvent[] {
  const events: AlertEvent[] = [];
  for (const [id, space] of model.spaces) {
    const every = periodMs(model, space);
    const known = patrolMemo(state, id);
    if (every === undefined) {
      if (known === undefined) continue;
      dropMemo(state, NAME, id);
      dropTimer(state, timerOf(id));
      const event = clear(state, { kind: NAME, space: id }, nowMs, "no patrol goes there any more");
      if (event !== undefined) events.push(event);
      continue;
    }
    if (known === undefined) setMemo(state, NAME, id, { lastAtMs: nowMs, done: 0, missed: 0 } satisfies PatrolMemo);
    if (!isStanding(recordOf(state, { kind: NAME, space: id }))) watch(state, model, id, every, nowMs);
  }
  for (const name of [...state.timers.keys()]) {
    const id = name.startsWith(timerOf("")) ? name.slice(timerOf("").length) : undefined;
    if (id !== undefined && !model.spaces.has(id)) dropTimer(state, name);
  }
  return events;
}

function watch(state: CoreState, model: Model, space: string, every: number, nowMs: number): void {
  const memo = patrolMemo(state, space);
  if (memo === undefined || model.patrols === undefined) return;
  const dueMs = Math.max(nowMs, memo.lastAtMs + every + graceMs(model.patrols));
  setTimer(state, timerOf(space), { dueMs, calendar: false });
}

/** Nobody came in time. */
export const patrolMissed: TimerRule = (state, spaceId, dueMs) => {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const memo = patrolMemo(state, spaceId);
  const every = space === undefined ? undefined : periodMs(model, space);
  if (space === undefined || memo === undefined || every === undefined) return [];
  setMemo(state, NAME, spaceId, { ...memo, missed: memo.missed + 1 });
  const [ago, period] = [span(dueMs - memo.lastAtMs), span(every)];
  const says = `no proof of a patrol for ${ago.says}; due every ${period.says} (${space.risk})`;
  const zh = `已${ago.zh}无巡查记录；应每${period.zh}巡查一次（${COLOURS[space.risk]}）`;
  const finding = {
    kind: NAME,
    space: spaceId,
    level: space.risk,
    sinceMs: memo.lastAtMs + every,
    trigger: null,
    probability: 1,
    evidence: [fact("patrol", { says, zh })],
  } as const;
  return [raise(state, finding, dueMs)];
};

const COLOURS = { red: "红色", yellow: "黄色", blue: "蓝色" } as const;

/** A tag at a reader. One card passes several checkpoints where a reader stands for several. */
export const patrolTag: ReadingRule = (state, { reading, device, space, nowMs }) => {
  if (reading.kind !== "patrol.tag") return [];
  const model = modelOf(state);
  const { patrols } = model;
  if (patrols === undefined) return [];
  const role = reading.credential === undefined ? undefined : model.credentials.get(reading.credential)?.role;
  if (patrols.roles !== undefined && (role === undefined || !patrols.roles.includes(role))) return [];
  const visited = patrols.checkpoints.filter((point) => point.space === space || point.readers.includes(device.id));
  const by = role === undefined ? device.id : `${device.id} (${role})`;
  return visited.flatMap((point) => prove(state, point.space, { how: "tag", by }, nowMs));
};

/** Somebody was there: counts from now on again. */
export function prove(
  state: CoreState,
  spaceId: string,
  { how, by, note }: Omit<NonNullable<PatrolMemo["proof"]>, "at">,
  nowMs: number,
): AlertEvent[] {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const memo = patrolMemo(state, spaceId);
  const every = space === undefined ? undefined : periodMs(model, space);
  if (memo === undefined || every === undefined) return [];
  const at = formatTime(nowMs, model.zone);
  const place = { kind: NAME, space: spaceId } as const;
  const late = isStanding(recordOf(state, place));
  const proof = { how, by, at, ...(note === undefined ? {} : { note }) };
  setMemo(state, NAME, spaceId, { ...memo, lastAtMs: nowMs, proof, done: memo.done + (late ? 0 : 1) });
  watch(state, model, spaceId, every, nowMs);
  tell(state, {
    type: "gatehouse.patrol.done",
    subject: spaceId,
    lane: "presence",
    severity: SEVERITY.info,
    dataclassification: "internal",
    data: { space: spaceId, at, how, by, late, nextBy: formatTime(nowMs + every, model.zone) },
    atMs: nowMs,
  });
  const event = clear(
    state,
    place,
    nowMs,
    how === "tag" ? `a patrol's tag at ${by}` : `the plate at the door, by ${by}`,
  );
  return event === undefined ? [] : [event];
}
