/** Hand-over: what is open, item by item, until the next person has accepted each of them by name. Pure. */
import {
  ALERT_KIND_WORDS,
  type AlertState,
  formatTime,
  type HandOver,
  type HandOverItem,
  RejectedError,
  SEVERITY,
} from "@gatehouse/protocol";
import type { DeedContext, Doing } from "../deeds/deed.ts";
import { ask, settle } from "../prompts/prompts.ts";
import { type CoreState, dropTimer, modelOf, setTimer } from "../state.ts";
import { tell } from "../told.ts";

const MAX_ENDED = 50;
const HOUR_MS = 3_600_000;
export const HAND_OVER_TIMER = "hand-over:";
/** Prompts that are about an alert: the alert itself is on the list. */
const OF_ALERTS: readonly string[] = ["acknowledge-alert", "unregistered-residents", "device-repair"];
const UNLISTED: readonly string[] = ["no-operator", "hand-over-open"];

const STATES: Readonly<Record<AlertState, string>> = {
  raised: "待响应",
  reopened: "复发，待响应",
  acknowledged: "已响应",
  rectifying: "整改中",
  verifying: "待验收",
  closed: "已办结",
};

/** The person behind a doer: `local:wang` is wang. */
export function personOf(by: string): string {
  const colon = by.indexOf(":");
  return colon < 0 ? by : by.slice(colon + 1);
}

export const openHandOver = (state: CoreState): HandOver | undefined =>
  [...state.handOvers.values()].find((handOver) => handOver.state === "open");

export const startHandOver: Doing<"start-hand-over"> = (state, { to }, { by, nowMs }) => {
  const from = namedOf(by);
  const open = openHandOver(state);
  if (open !== undefined)
    throw new RejectedError(
      `hand-over ${open.id} from ${open.from} to ${open.to} is open: accept its items, or cancel it`,
    );
  if (from === to) throw new RejectedError(`${to} cannot take over from themselves`);
  state.operators.handOvers += 1;
  state.dirty.add("core/operators");
  const id = `hnd_${state.installation}${state.operators.handOvers.toString(36).padStart(4, "0")}`;
  const startedAt = formatTime(nowMs, modelOf(state).zone);
  const handOver: HandOver = { id, from, to, startedAt, state: "open", items: openItems(state) };
  const waitMs = modelOf(state).config.site.prompts.handOverHours * HOUR_MS;
  setTimer(state, `${HAND_OVER_TIMER}${id}`, { dueMs: nowMs + waitMs, calendar: false });
  keep(state, handOver);
  say(state, "started", handOver, nowMs);
  completeIfAccepted(state, handOver, nowMs);
  forgetEnded(state);
  return {};
};

export const acceptItem: Doing<"accept-item"> = (state, { handOver: id, item: ref }, context) => {
  const handOver = openOf(state, id);
  const person = namedOf(context.by);
  if (person !== handOver.to) throw new RejectedError(`only ${handOver.to} can accept items of ${id}, not ${person}`);
  const item = handOver.items.find((candidate) => candidate.ref === ref);
  if (item === undefined) throw new RejectedError(`hand-over ${id} has no item ${ref}`);
  if (item.acceptedAt !== undefined) throw new RejectedError(`${ref} was accepted at ${item.acceptedAt}`);
  const acceptedAt = formatTime(context.nowMs, modelOf(state).zone);
  const items = handOver.items.map((candidate) => (candidate === item ? { ...item, acceptedAt } : candidate));
  const next = { ...handOver, items };
  keep(state, next);
  completeIfAccepted(state, next, context.nowMs);
  return {};
};

export const cancelHandOver: Doing<"cancel-hand-over"> = (state, { handOver: id }, { by, nowMs }) => {
  const handOver = openOf(state, id);
  const person = namedOf(by);
  if (person !== handOver.from && person !== handOver.to)
    throw new RejectedError(`only ${handOver.from} or ${handOver.to} can cancel ${id}`);
  end(state, handOver, "cancelled", nowMs);
  return {};
};

/** What came up, or is over, while a hand-over is open. */
export function followOpen(state: CoreState, nowMs: number): void {
  const handOver = openHandOver(state);
  if (handOver === undefined) return;
  const now = openItems(state);
  const stillOpen = new Set(now.map(({ ref }) => ref));
  const kept = handOver.items.filter(({ ref, acceptedAt }) => acceptedAt !== undefined || stillOpen.has(ref));
  const known = new Set(kept.map(({ ref }) => ref));
  const added = now.filter(({ ref }) => !known.has(ref));
  if (added.length === 0 && kept.length === handOver.items.length) return;
  const next = { ...handOver, items: [...kept, ...added] };
  keep(state, next);
  completeIfAccepted(state, next, nowMs);
}

/** It is open for too long. */
export function remindHandOver(state: CoreState, timer: string, nowMs: number): void {
  const handOver = state.handOvers.get(timer.slice(HAND_OVER_TIMER.length));
  if (handOver === undefined || handOver.state !== "open") return;
  const left = handOver.items.filter(({ acceptedAt }) => acceptedAt === undefined).length;
  const text = {
    en: `the hand-over from ${handOver.from} to ${handOver.to} is not complete: ${left} items wait to be accepted`,
    zh: `${handOver.from}向${handOver.to}的交接未完成：还有${left}项待接收`,
  };
  ask(state, { kind: "hand-over-open", subject: handOver.id, text }, nowMs);
}

function openItems(state: CoreState): HandOverItem[] {
  const alerts = [...state.alerts.values()]
    .map(({ alert }) => alert)
    .filter((alert) => alert.state !== "closed" || alert.clearedAt === null)
    .map(({ id, kind, title, space, device, state: stands }) => {
      const room = modelOf(state).spaces.get(space)?.space.name ?? space;
      const what = title ?? ALERT_KIND_WORDS[kind];
      const en = `alert at ${room}${device === undefined ? "" : `, ${device}`}: ${what.en} (${stands})`;
      const zh = `${room}${device === undefined ? "" : `（${device}）`}预警：${what.zh}（${STATES[stands]}）`;
      return { ref: `alert:${id}`, text: { en, zh } };
    });
  const prompts = [...state.prompts.values()]
    .filter(({ state: stands, kind }) => stands === "open" && !OF_ALERTS.includes(kind) && !UNLISTED.includes(kind))
    .map(({ id, text }) => ({ ref: `prompt:${id}`, text }));
  return [...alerts, ...prompts].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

function namedOf(by: string): string {
  const person = personOf(by);
  if (person === "" || by === "local") throw new RejectedError("a hand-over needs names: say who you are");
  return person;
}

function openOf(state: CoreState, id: string): HandOver {
  const handOver = state.handOvers.get(id);
  if (handOver === undefined) throw new RejectedError(`there is no hand-over ${id}`);
  if (handOver.state !== "open") throw new RejectedError(`hand-over ${id} is ${handOver.state}`);
  return handOver;
}

function completeIfAccepted(state: CoreState, handOver: HandOver, nowMs: number): void {
  if (handOver.items.every(({ acceptedAt }) => acceptedAt !== undefined)) end(state, handOver, "complete", nowMs);
}

function end(state: CoreState, handOver: HandOver, how: "complete" | "cancelled", nowMs: number): void {
  const ended = { ...handOver, state: how, endedAt: formatTime(nowMs, modelOf(state).zone) };
  keep(state, ended);
  dropTimer(state, `${HAND_OVER_TIMER}${handOver.id}`);
  settle(state, { kind: "hand-over-open", subject: handOver.id }, nowMs);
  say(state, how === "complete" ? "completed" : "cancelled", ended, nowMs);
}

function keep(state: CoreState, handOver: HandOver): void {
  state.handOvers.set(handOver.id, handOver);
  state.dirty.add(`hand-over/${handOver.id}`);
}

function forgetEnded(state: CoreState): void {
  const ended = [...state.handOvers.values()].filter((handOver) => handOver.state !== "open");
  ended.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) {
    state.handOvers.delete(id);
    state.dirty.add(`hand-over/${id}`);
  }
}

function say(state: CoreState, change: string, handOver: HandOver, atMs: DeedContext["nowMs"]): void {
  const { id, items } = handOver;
  const accepted = items.filter(({ acceptedAt }) => acceptedAt !== undefined).length;
  tell(state, {
    type: `gatehouse.hand-over.${change}`,
    subject: modelOf(state).config.site.site.id,
    lane: "presence",
    severity: SEVERITY.info,
    dataclassification: "restricted",
    data: { ...handOver, open: items.length - accepted, accepted },
    atMs,
    key: `${id}.${change}`,
  });
}
