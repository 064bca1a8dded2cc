/** What is written down of an alert: its record in the state, and a line of history for every change that is told. Pure. */
import { type Alert, type AlertState, type ClosedBy, formatTime, localDay } from "@gatehouse/protocol";
import { type AlertRecord, type CoreState, dropTimer, modelOf } from "../state.ts";
import type { AlertEvent, Finding } from "./life.ts";

/** History entries kept in the published alert: the first, and the latest. */
const MAX_HISTORY = 40;
const MAX_EARLIER = 20;

/** A new record for the subject. Its last one is forgotten if it is closed; one that people still work on stays until they have closed it. */
export function create(state: CoreState, subject: string, finding: Finding): AlertRecord {
  for (const [id, { subject: known, alert }] of [...state.alerts])
    if (known === subject && alert.state === "closed") forget(state, id);
  state.alertCount += 1;
  state.dirty.add("core/core");
  const id = `alr_${state.installation}${state.alertCount.toString(36).padStart(5, "0")}`;
  const address = modelOf(state).spaces.get(finding.space)?.address;
  const alert: Alert = {
    id,
    kind: finding.kind,
    level: finding.level,
    space: finding.space,
    ...(finding.portal === undefined ? {} : { portal: finding.portal }),
    ...(finding.device === undefined ? {} : { device: finding.device }),
    ...(finding.rule === undefined ? {} : { rule: finding.rule }),
    ...(finding.title === undefined ? {} : { title: finding.title }),
    state: "raised",
    offence: 1,
    episode: 1,
    raisedAt: "",
    since: "",
    clearedAt: null,
    trigger: finding.trigger,
    probability: finding.probability,
    evidence: [],
    sla: { acknowledgeBy: "", resolveBy: "" },
    address: { ...address, grid: address?.grid ?? "unowned" },
    history: [],
  };
  const record: AlertRecord = {
    alert,
    subject,
    revision: 0,
    raisedMs: 0,
    offences: [],
    episodes: [],
    proof: null,
    closedMs: null,
    insisted: false,
    late: NEVER_LATE,
  };
  state.alerts.set(id, record);
  state.subjects.set(subject, id);
  return record;
}

const NEVER_LATE = { acknowledge: 0, resolve: 0 } as const;
const TIMERS = ["overdue:acknowledge", "overdue:resolve", "contest"] as const;

function forget(state: CoreState, id: string): void {
  state.alerts.delete(id);
  state.dirty.add(`alert/${id}`);
  for (const timer of TIMERS) dropTimer(state, `${timer}:${id}`);
}

/** The episode that a new one follows goes into the record, for the evidence of a referral. */
export function endEpisode(state: CoreState, record: AlertRecord, nowMs: number): void {
  const { zone } = modelOf(state);
  const { episode, raisedAt, since, clearedAt, closedBy } = record.alert;
  const endMs = Date.parse(clearedAt ?? closedBy?.at ?? formatTime(nowMs, zone));
  const nights = Math.max(0, localDay(endMs, zone) - localDay(Date.parse(since), zone));
  const ended = { episode, raisedAt, since, clearedAt, nights, ...(closedBy === undefined ? {} : { closedBy }) };
  record.episodes = [...(record.episodes ?? []), ended].slice(-MAX_EARLIER);
}

/** What a new episode, or a person who reopens it, takes back. */
export function begin(record: AlertRecord): void {
  const { closedBy: _, escalation: __, ...alert } = record.alert;
  record.alert = alert;
  record.insisted = false;
  record.late = NEVER_LATE;
}

export function closing(state: CoreState, how: ClosedBy["how"], by: string, proof: string, nowMs: number): ClosedBy {
  return { how, proof, by, at: formatTime(nowMs, modelOf(state).zone) };
}

export interface Change {
  readonly what: AlertEvent["change"];
  readonly to: AlertState;
  readonly by: string;
  readonly note?: string | undefined;
}

/** Writes the change down. Whoever is no longer waited for is no longer late. */
export function change(state: CoreState, record: AlertRecord, given: Change, nowMs: number): AlertEvent {
  const { what, to, by } = given;
  const note = given.note ?? (what === "repeated" || what === "overdue" ? what : undefined);
  const escalation = what === "escalated" ? record.alert.escalation : undefined;
  const entry: Alert["history"][number] = {
    at: formatTime(nowMs, modelOf(state).zone),
    to: what === "cleared" ? "cleared" : to,
    by,
    ...(note === undefined ? {} : { note }),
    ...(escalation === undefined ? {} : { escalation }),
  };
  record.alert = { ...record.alert, state: to, history: withEntry(record.alert.history, entry) };
  record.revision += 1;
  const { id } = record.alert;
  if (to !== "raised" && to !== "reopened") quiet(state, record, "not-acknowledged", `overdue:acknowledge:${id}`);
  if (to === "closed") quiet(state, record, "not-resolved", `overdue:resolve:${id}`);
  else dropTimer(state, `contest:${id}`);
  state.dirty.add(`alert/${id}`);
  return { change: what, alert: record.alert, revision: record.revision, atMs: nowMs };
}

/** Ends one clock and what was asked because of it. */
export function quiet(
  state: CoreState,
  record: AlertRecord,
  reason: NonNullable<Alert["escalation"]>["reason"],
  timer: string,
): void {
  dropTimer(state, timer);
  if (record.alert.escalation?.reason !== reason) return;
  const { escalation: _, ...alert } = record.alert;
  record.alert = alert;
}

/** The last step of an escalation comes again and again: one line stands for all of them. */
function withEntry(history: Alert["history"], entry: Alert["history"][number]): Alert["history"] {
  const last = history.at(-1)?.escalation;
  const again =
    last !== undefined && last.to === entry.escalation?.to && last.reason === entry.escalation.reason && last.step > 1;
  const all = [...(again ? history.slice(0, -1) : history), entry];
  const [first] = all;
  return all.length > MAX_HISTORY && first !== undefined ? [first, ...all.slice(1 - MAX_HISTORY)] : all;
}
