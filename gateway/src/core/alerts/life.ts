/** The life of an alert: raised, worked on by people, cleared by sensors, reopened by a recurrence. Pure. */
import {
  type Alert,
  type AlertKind,
  type AlertLevel,
  type AlertState,
  type Evidence,
  formatTime,
  RejectedError,
} from "@gatehouse/protocol";
import type { Estimate } from "../occupancy/estimate.ts";
import { type AlertRecord, type CoreState, modelOf, setTimer } from "../state.ts";
import { deadlinesFor } from "./sla.ts";

/** A change of an alert that the platform is told, with the alert as it then stood. */
export interface AlertEvent {
  /** What happened: `gatehouse.alert.{change}`. */
  readonly change: AlertState | "cleared" | "repeated" | "overdue" | "noted";
  readonly alert: Alert;
  readonly revision: number;
  readonly atMs: number;
}

/** What a rule found. */
export interface Finding {
  readonly kind: AlertKind;
  readonly space: string;
  /** Narrows the place where one space may have several alerts of the kind. */
  readonly portal?: string | undefined;
  readonly device?: string | undefined;
  /** For kind `custom`. */
  readonly rule?: string | undefined;
  readonly title?: Alert["title"];
  readonly level: AlertLevel;
  readonly sinceMs: number;
  readonly trigger: Alert["trigger"];
  readonly estimate?: Estimate | undefined;
  readonly probability: number;
  readonly evidence: readonly Evidence[];
}

/** What a finding is matched by. */
export type Place = Pick<Finding, "kind" | "space" | "portal" | "device" | "rule">;

/** History entries kept in the published alert: the first, and the latest. */
const MAX_HISTORY = 40;
const MAX_OFFENCES = 100;

export function subjectOf(finding: Place): string {
  const { kind, space, portal = "", device = "", rule } = finding;
  const subject = `${kind}|${space}|${portal}|${device}`;
  return rule === undefined ? subject : `${subject}|${rule}`;
}

export function recordOf(state: CoreState, finding: Place): AlertRecord | undefined {
  const id = state.subjects.get(subjectOf(finding));
  return id === undefined ? undefined : state.alerts.get(id);
}

/** True while the condition holds, whatever people did about it. */
export const isStanding = (record: AlertRecord | undefined): boolean => record?.alert.clearedAt === null;

/** Raises the finding, reopens the last alert of its subject within the offence window, or, where it still stands, says it again. */
export function raise(state: CoreState, finding: Finding, nowMs: number): AlertEvent {
  const known = recordOf(state, finding);
  if (known !== undefined && isStanding(known))
    return change(state, known, "repeated", nowMs, "sensors", known.alert.state);
  const model = modelOf(state);
  const windowMs = model.spaces.get(finding.space)?.offenceWindowMs ?? 0;
  const offences = [...(known?.offences ?? []).filter((ms) => ms > nowMs - windowMs), nowMs].slice(-MAX_OFFENCES);
  const recurrence = known !== undefined && offences.length > 1;
  const record = recurrence ? known : create(state, finding);
  const { acknowledgeMs, resolveMs } = deadlinesFor(finding.kind, finding.level);
  const at = (ms: number) => formatTime(ms, model.zone);
  record.raisedMs = nowMs;
  record.offences = offences;
  record.alert = {
    ...record.alert,
    level: finding.level,
    offence: offences.length,
    episode: recurrence ? record.alert.episode + 1 : 1,
    raisedAt: at(nowMs),
    since: at(finding.sinceMs),
    clearedAt: null,
    trigger: finding.trigger,
    probability: finding.probability,
    evidence: [...finding.evidence],
    sla: { acknowledgeBy: at(nowMs + acknowledgeMs), resolveBy: at(nowMs + resolveMs) },
    ...describe(state, finding),
  };
  setOverdue(state, record, "acknowledge", nowMs + acknowledgeMs);
  setOverdue(state, record, "resolve", nowMs + resolveMs);
  return change(
    state,
    record,
    recurrence ? "reopened" : "raised",
    nowMs,
    "sensors",
    recurrence ? "reopened" : "raised",
  );
}

/** The sensors no longer see the condition. Closes what people already work on; undefined when nothing stood. */
export function clear(state: CoreState, subject: Place, nowMs: number, proof: string): AlertEvent | undefined {
  const record = recordOf(state, subject);
  if (record === undefined || !isStanding(record)) return undefined;
  record.alert = { ...record.alert, clearedAt: formatTime(nowMs, modelOf(state).zone) };
  const proved = record.alert.state === "rectifying" || record.alert.state === "verifying";
  return change(
    state,
    record,
    proved ? "closed" : "cleared",
    nowMs,
    "sensors",
    proved ? "closed" : record.alert.state,
    proof,
  );
}

const NEXT: Readonly<Record<AlertState, readonly AlertState[]>> = {
  raised: ["acknowledged"],
  reopened: ["acknowledged"],
  acknowledged: ["rectifying", "closed"],
  rectifying: ["verifying", "closed"],
  verifying: ["rectifying", "closed"],
  closed: ["reopened"],
};

const PRESSED: readonly AlertKind[] = ["panic", "duress"];

/** A person moves the alert on. Throws RejectedError where its life has no such step. */
export function move(
  state: CoreState,
  id: string,
  to: AlertState,
  by: string,
  note: string | undefined,
  nowMs: number,
): AlertEvent {
  const record = state.alerts.get(id);
  if (record === undefined) throw new RejectedError(`there is no alert ${id}`);
  const from = record.alert.state;
  if (!NEXT[from].includes(to)) {
    const possible = NEXT[from].length === 0 ? "nothing" : NEXT[from].join(" or ");
    throw new RejectedError(`alert ${id} is ${from}: next can be ${possible}, not ${to}`);
  }
  // No sensor ever takes these back: the person who closes one says that it is over, and the next press is a new emergency.
  if (to === "closed" && PRESSED.includes(record.alert.kind))
    record.alert = { ...record.alert, clearedAt: record.alert.clearedAt ?? formatTime(nowMs, modelOf(state).zone) };
  return change(state, record, to, nowMs, by, to, note);
}

/** A person says something about the alert, which stays as it is. */
export function annotate(state: CoreState, id: string, by: string, note: string, nowMs: number): AlertEvent {
  const record = state.alerts.get(id);
  if (record === undefined) throw new RejectedError(`there is no alert ${id}`);
  return change(state, record, "noted", nowMs, by, record.alert.state, note);
}

/** An overdue timer fell due: undefined when people were in time. */
export function overdue(state: CoreState, timer: string, nowMs: number): AlertEvent | undefined {
  const [, what, id] = timer.split(":");
  const record = state.alerts.get(id ?? "");
  if (record === undefined) return undefined;
  const waiting = record.alert.state === "raised" || record.alert.state === "reopened";
  const late = what === "acknowledge" ? waiting : record.alert.state !== "closed" && record.alert.clearedAt === null;
  if (!late) return undefined;
  return change(
    state,
    record,
    "overdue",
    nowMs,
    "timer",
    record.alert.state,
    `not ${what === "acknowledge" ? "acknowledged" : "resolved"} in time`,
  );
}

function create(state: CoreState, finding: Finding): AlertRecord {
  const subject = subjectOf(finding);
  const previous = state.subjects.get(subject);
  if (previous !== undefined) forget(state, previous);
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
  const record: AlertRecord = { alert, subject, revision: 0, raisedMs: 0, offences: [] };
  state.alerts.set(id, record);
  state.subjects.set(subject, id);
  return record;
}

function forget(state: CoreState, id: string): void {
  state.alerts.delete(id);
  state.dirty.add(`alert/${id}`);
  for (const what of ["acknowledge", "resolve"]) state.timers.delete(`overdue:${what}:${id}`);
}

function describe(state: CoreState, finding: Finding): Pick<Alert, "persons" | "limit"> {
  const limit = modelOf(state).spaces.get(finding.space)?.limit;
  const estimate = finding.estimate;
  return {
    ...(estimate === undefined
      ? {}
      : {
          persons: { residing: estimate.residing, low: estimate.low, high: estimate.high, present: estimate.present },
        }),
    ...(limit === undefined || estimate === undefined ? {} : { limit }),
  };
}

function setOverdue(state: CoreState, record: AlertRecord, what: string, dueMs: number): void {
  setTimer(state, `overdue:${what}:${record.alert.id}`, { dueMs, calendar: false });
}

function change(
  state: CoreState,
  record: AlertRecord,
  what: AlertEvent["change"],
  nowMs: number,
  by: string,
  to: AlertState,
  note?: string,
): AlertEvent {
  const entry = {
    at: formatTime(nowMs, modelOf(state).zone),
    to: what === "cleared" ? ("cleared" as const) : to,
    by,
    ...(note === undefined ? (what === "repeated" || what === "overdue" ? { note: what } : {}) : { note }),
  };
  const history = [...record.alert.history, entry];
  record.alert = {
    ...record.alert,
    state: to,
    history: history.length > MAX_HISTORY ? [history[0] as typeof entry, ...history.slice(1 - MAX_HISTORY)] : history,
  };
  record.revision += 1;
  if (to === "closed" || (to !== "raised" && to !== "reopened"))
    state.timers.delete(`overdue:acknowledge:${record.alert.id}`);
  if (to === "closed") state.timers.delete(`overdue:resolve:${record.alert.id}`);
  state.dirty.add(`alert/${record.alert.id}`).add("core/timers");
  return { change: what, alert: record.alert, revision: record.revision, atMs: nowMs };
}
