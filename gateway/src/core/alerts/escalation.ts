/** What becomes of alerts that nobody answers or resolves in time: one contact after the other is told, then the platform, until somebody does. Pure. */
import { type Contact, type ContactChannel, formatTime } from "@gatehouse/protocol";
import { type AlertRecord, type CoreState, modelOf, setTimer } from "../state.ts";
import { order } from "../told.ts";
import { type AlertEvent, isStanding, reopenContested } from "./life.ts";
import { change } from "./record.ts";
import { deadlinesFor } from "./sla.ts";

type Clock = "acknowledge" | "resolve";
const REASONS = { acknowledge: "not-acknowledged", resolve: "not-resolved" } as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const isWaiting = ({ alert: { state } }: AlertRecord): boolean => state === "raised" || state === "reopened";

/** A timer of an alert fell due: `overdue:acknowledge:alr_…`, `contest:alr_…`. Nothing when people were in time. */
export function alertTimer(state: CoreState, name: string, nowMs: number): AlertEvent[] {
  const [kind = "", what, id = ""] = name.split(":");
  if (kind === "contest") return reopenContested(state, what ?? "", nowMs);
  const record = state.alerts.get(id);
  if (kind !== "overdue" || record === undefined || (what !== "acknowledge" && what !== "resolve")) return [];
  if (!isLate(record, what)) return [];
  const { late = { acknowledge: 0, resolve: 0 } } = record;
  record.late = { ...late, [what]: late[what] + 1 };
  state.dirty.add(`alert/${id}`);
  const first = late[what] === 0;
  const note = `not ${what === "acknowledge" ? "acknowledged" : "resolved"} in time`;
  const said = first
    ? [change(state, record, { what: "overdue", to: record.alert.state, by: "timer", note }, nowMs)]
    : [];
  // Whoever has not even seen it is asked for that; the other clock goes on counting.
  const asked = what === "resolve" && isWaiting(record) ? [] : [askNext(state, record, what, note, nowMs)];
  setTimer(state, name, { dueMs: nowMs + pauseMs(state, record, what), calendar: false });
  return [...said, ...asked];
}

function isLate(record: AlertRecord, what: Clock): boolean {
  if (what === "acknowledge") return isWaiting(record);
  return record.alert.state !== "closed" && (isStanding(record) || record.insisted === true);
}

/** The next contact, and when all were told the platform, again and again. */
function askNext(state: CoreState, record: AlertRecord, what: Clock, note: string, nowMs: number): AlertEvent {
  const reason = REASONS[what];
  const known = record.alert.escalation;
  const step = known?.reason === reason ? known.step + 1 : 1;
  const contact = modelOf(state).escalation.contacts[step - 1];
  const named = contact === undefined ? {} : { role: contact.role, language: contact.language };
  record.alert = { ...record.alert, escalation: { step, to: contact?.id ?? "platform", ...named, reason } };
  if (contact !== undefined) askDevices(state, record, contact);
  const told = `${note}: ${contact === undefined ? "the platform" : `${contact.id} (${contact.role})`} was told`;
  return change(state, record, { what: "escalated", to: record.alert.state, by: "timer", note: told }, nowMs);
}

function pauseMs(state: CoreState, { alert }: AlertRecord, what: Clock): number {
  const { escalation, spaces } = modelOf(state);
  const repeatMs = escalation.repeatHours * HOUR_MS;
  const asked = alert.escalation?.reason === REASONS[what] ? alert.escalation.step : 0;
  if (asked > escalation.contacts.length) return repeatMs;
  if (escalation.everyMinutes !== undefined) return escalation.everyMinutes * MINUTE_MS;
  const clocks = [escalation.clocks, spaces.get(alert.space)?.clocks ?? {}];
  const { acknowledgeMs, resolveMs } = deadlinesFor(alert.kind, alert.level, clocks);
  return Math.min(what === "acknowledge" ? acknowledgeMs : resolveMs, DAY_MS);
}

const WORDS = { zh: "预警超时未处理：", en: "ALERT OVERDUE: " } as const;
/** What a small display still shows. */
const MAX_TEXT = 32;

function askDevices(state: CoreState, { alert }: AlertRecord, { language, channels }: Contact): void {
  const place = modelOf(state).spaces.get(alert.space)?.space.name ?? alert.space;
  const text = `${WORDS[language]}${language === "zh" ? place : alert.space}`.slice(0, MAX_TEXT);
  const usual = { buzzer: { times: 3 }, led: { color: "red", seconds: 60 }, text: { text, seconds: 600 } } as const;
  for (const channel of channels) {
    if (channel.via !== "device") continue;
    const { device, action, args = usual[action] } = channel;
    order(state, { device, action, args, why: `alert ${alert.id} is overdue` });
  }
}

const uplinksOf = (channels: readonly ContactChannel[]): string[] =>
  channels.flatMap((channel) => (channel.via === "uplink" ? [channel.uplink] : []));

/** Uplinks of people this step does not speak to. Platforms are told of every step. */
export function notAsked(contacts: readonly Contact[], { change: what, alert }: AlertEvent): ReadonlySet<string> {
  if (what !== "escalated") return NOBODY;
  const asked = contacts.find(({ id }) => id === alert.escalation?.to);
  const others = new Set(contacts.flatMap(({ channels }) => uplinksOf(channels)));
  for (const uplink of uplinksOf(asked?.channels ?? [])) others.delete(uplink);
  return others;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The wall clock was set: deadlines that still run keep their distance, and are told as what they are now. */
export function shiftDeadlines(state: CoreState, shiftMs: number): void {
  const { zone } = modelOf(state);
  const moved = (time: string): string => formatTime(Date.parse(time) + shiftMs, zone);
  for (const [id, record] of state.alerts) {
    const { acknowledgeBy, resolveBy } = record.alert.sla;
    const waits = state.timers.has(`overdue:acknowledge:${id}`);
    if (!waits && !state.timers.has(`overdue:resolve:${id}`)) continue;
    const sla = { acknowledgeBy: waits ? moved(acknowledgeBy) : acknowledgeBy, resolveBy: moved(resolveBy) };
    record.alert = { ...record.alert, sla };
    state.dirty.add(`alert/${id}`);
  }
}
