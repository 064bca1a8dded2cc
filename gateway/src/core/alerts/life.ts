/** The life of an alert: raised, worked on by people, cleared by sensors, closed with a proof, reopened by a recurrence. Pure. */
import {
  type Alert,
  type AlertKind,
  type AlertLevel,
  type AlertState,
  type Evidence,
  formatTime,
  RejectedError,
} from "@gatehouse/protocol";
import { MAX_KNOWN, names } from "../names.ts";
import type { Estimate } from "../occupancy/estimate.ts";
import { type AlertRecord, type CoreState, dropTimer, modelOf, setTimer } from "../state.ts";
import { measureOf } from "./offence.ts";
import { begin, change, closing, create, endEpisode, quiet } from "./record.ts";
import { deadlinesFor } from "./sla.ts";

/** A change of an alert that the platform is told, with the alert as it then stood. */
export interface AlertEvent {
  /** What happened: `gatehouse.alert.{change}`. */
  readonly change: AlertState | "cleared" | "repeated" | "overdue" | "escalated" | "noted";
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

const MAX_OFFENCES = 100;

export function subjectOf({ kind, space, portal, device, rule }: Place): string {
  if (rule !== undefined) return `${kind}|${space}|${portal ?? ""}|${device ?? ""}|${rule}`;
  let known = subjects.get(kind);
  if (known === undefined) {
    known = { ofSpace: names(`${kind}|`, "||"), others: new Map() };
    subjects.set(kind, known);
  }
  if (portal === undefined && device === undefined) return known.ofSpace(space);
  const place = portal ?? device ?? "";
  const last = known.others.get(place);
  if (last !== undefined && last.space === space && last.portal === portal && last.device === device)
    return last.subject;
  const subject = `${kind}|${space}|${portal ?? ""}|${device ?? ""}`;
  if (known.others.size < MAX_KNOWN) known.others.set(place, { space, portal, device, subject });
  return subject;
}

/** Asked for at every reading: each is put together once. */
const subjects = new Map<string, Subjects>();

interface Subjects {
  readonly ofSpace: (space: string) => string;
  /** By portal, else by device. */
  readonly others: Map<string, Pick<Place, "space" | "portal" | "device"> & { readonly subject: string }>;
}

export function recordOf(state: CoreState, finding: Place): AlertRecord | undefined {
  const id = state.subjects.get(subjectOf(finding));
  return id === undefined ? undefined : state.alerts.get(id);
}

/** True while the condition holds, whatever people did about it. */
export const isStanding = (record: AlertRecord | undefined): boolean => record?.alert.clearedAt === null;

/** Closed by a person while the sensors still saw it: what they see from then on is asked anew. */
export const isContested = (record: AlertRecord | undefined): boolean =>
  record !== undefined && isStanding(record) && record.alert.state === "closed";

/** There is nothing to raise: it stands, and nobody has closed it. */
export const isOpen = (record: AlertRecord | undefined): boolean => isStanding(record) && !isContested(record);

/** Raises the finding, reopens the last alert of its subject, or, where it is open, says it again. */
export function raise(state: CoreState, finding: Finding, nowMs: number): AlertEvent {
  const known = recordOf(state, finding);
  if (known !== undefined && isOpen(known)) {
    return change(state, known, { what: "repeated", to: known.alert.state, by: "sensors" }, nowMs);
  }
  const model = modelOf(state);
  const windowMs = model.spaces.get(finding.space)?.offenceWindowMs ?? 0;
  const offences = [...(known?.offences ?? []).filter((ms) => ms > nowMs - windowMs), nowMs].slice(-MAX_OFFENCES);
  const recurrence = known !== undefined && offences.length > 1;
  const record = recurrence ? known : create(state, subjectOf(finding), finding);
  if (recurrence) endEpisode(state, record, nowMs);
  begin(record);
  const at = (ms: number) => formatTime(ms, model.zone);
  const earlier = (record.episodes ?? []).filter(({ raisedAt }) => Date.parse(raisedAt) > nowMs - windowMs);
  const { chain, ...measure } = measureOf(finding.kind, offences.length, earlier);
  const { measure: _, earlier: __, ...alert } = record.alert;
  record.raisedMs = nowMs;
  record.offences = offences;
  record.episodes = earlier;
  record.alert = {
    ...alert,
    level: finding.level,
    offence: offences.length,
    ...measure,
    episode: recurrence ? alert.episode + 1 : 1,
    raisedAt: at(nowMs),
    since: at(finding.sinceMs),
    clearedAt: null,
    trigger: finding.trigger,
    probability: finding.probability,
    evidence: [...finding.evidence, ...chain],
    ...describe(state, finding),
  };
  startClocks(state, record, nowMs);
  const what = recurrence ? "reopened" : "raised";
  return change(state, record, { what, to: what, by: "sensors" }, nowMs);
}

/** Both clocks of the alert begin to run. */
function startClocks(state: CoreState, record: AlertRecord, nowMs: number): void {
  const model = modelOf(state);
  const { id, kind, level, space } = record.alert;
  const clocks = [model.escalation.clocks, model.spaces.get(space)?.clocks ?? {}];
  const { acknowledgeMs, resolveMs } = deadlinesFor(kind, level, clocks);
  const at = (ms: number) => formatTime(nowMs + ms, model.zone);
  record.alert = { ...record.alert, sla: { acknowledgeBy: at(acknowledgeMs), resolveBy: at(resolveMs) } };
  if (state.runs !== "gateway") return;
  setTimer(state, `overdue:acknowledge:${id}`, { dueMs: nowMs + acknowledgeMs, calendar: false });
  setTimer(state, `overdue:resolve:${id}`, { dueMs: nowMs + resolveMs, calendar: false });
}

/** The sensors no longer see the condition. Closes what people already work on; undefined when nothing stood. */
export function clear(state: CoreState, subject: Place, nowMs: number, proof: string): AlertEvent | undefined {
  const record = recordOf(state, subject);
  if (record === undefined || !isStanding(record)) return undefined;
  const { state: from, id } = record.alert;
  record.proof = proof;
  record.alert = { ...record.alert, clearedAt: formatTime(nowMs, modelOf(state).zone) };
  quiet(state, record, "not-resolved", `overdue:resolve:${id}`);
  if (from === "rectifying" || from === "verifying") return closeProved(state, record, proof, nowMs);
  if (from === "closed") dropTimer(state, `contest:${id}`);
  return change(state, record, { what: "cleared", to: from, by: "sensors", note: proof }, nowMs);
}

function closeProved(state: CoreState, record: AlertRecord, proof: string, nowMs: number): AlertEvent {
  record.alert = { ...record.alert, closedBy: closing(state, "sensors", "sensors", proof, nowMs) };
  return change(state, record, { what: "closed", to: "closed", by: "sensors", note: proof }, nowMs);
}

export const NEXT: Readonly<Record<AlertState, readonly AlertState[]>> = {
  raised: ["acknowledged"],
  reopened: ["acknowledged"],
  acknowledged: ["rectifying", "closed"],
  rectifying: ["verifying", "closed"],
  verifying: ["rectifying", "closed"],
  closed: ["reopened"],
};

/** A step a person takes, and what they say of it. */
export interface Move {
  readonly to: AlertState;
  readonly by: string;
  readonly note?: string | undefined;
}

/** A person moves the alert on. Throws RejectedError where its life has no such step. */
export function move(state: CoreState, id: string, given: Move, nowMs: number): AlertEvent[] {
  const record = state.alerts.get(id);
  if (record === undefined) throw new RejectedError(`there is no alert ${id}`);
  const { to, by, note } = given;
  const from = record.alert.state;
  if (!NEXT[from].includes(to)) {
    throw new RejectedError(`alert ${id} is ${from}: next can be ${NEXT[from].join(" or ")}, not ${to}`);
  }
  if (to === "closed") closeBy(state, record, by, note, nowMs);
  if (to === "reopened") {
    begin(record);
    record.insisted = !isStanding(record);
    startClocks(state, record, nowMs);
  }
  const moved = change(state, record, { what: to, to, by, note }, nowMs);
  const proved = to === "verifying" && !isStanding(record) && record.insisted !== true;
  return proved ? [moved, closeProved(state, record, proofOf(record), nowMs)] : [moved];
}

const proofOf = ({ proof }: AlertRecord): string => proof ?? "the sensors no longer saw it";

/** No sensor ever takes these back: the person who closes one says that it is over, and the next press is a new emergency. */
const PRESSED: readonly AlertKind[] = ["panic", "duress"];
/** Their rules count the mornings from the closing on. */
const BY_MORNING: readonly AlertKind[] = ["group-rental", "unregistered-residents"];
/** Anything else that a person closed and the sensors go on to see is open again after so long. */
const CONTEST_MS = 86_400_000;

function closeBy(state: CoreState, record: AlertRecord, by: string, note: string | undefined, nowMs: number): void {
  const { id, kind } = record.alert;
  const pressed = PRESSED.includes(kind);
  const contested = isStanding(record) && !pressed;
  if (contested && note === undefined) {
    throw new RejectedError(`the sensors still see alert ${id}: say in a note why it is closed all the same`);
  }
  const seen = !pressed && !contested && record.insisted !== true;
  const word = note ?? `${by} says that it is over`;
  const closed = seen
    ? closing(state, "sensors", by, proofOf(record), nowMs)
    : closing(state, "person", by, word, nowMs);
  const clearedAt = pressed ? (record.alert.clearedAt ?? closed.at) : record.alert.clearedAt;
  record.closedMs = nowMs;
  record.alert = { ...record.alert, clearedAt, closedBy: contested ? { ...closed, contested } : closed };
  if (contested && !BY_MORNING.includes(kind)) {
    setTimer(state, `contest:${id}`, { dueMs: nowMs + CONTEST_MS, calendar: false });
  }
}

/** A closed alert that the sensors went on to see is open again, as a further episode of the same breach. */
export function reopenContested(state: CoreState, id: string, nowMs: number): AlertEvent[] {
  const record = state.alerts.get(id);
  if (record === undefined || !isContested(record)) return [];
  const { kind, level, space, portal, device, rule, since, trigger, probability, evidence } = record.alert;
  const place = { kind, space, portal, device, rule, level, trigger, probability };
  const own = evidence.filter(({ source }) => source !== "history");
  return [raise(state, { ...place, sinceMs: Date.parse(since), evidence: own }, nowMs)];
}

/** Something was done about it or found out that moves it nowhere; the platform gets it again, as it now stands. */
export function remark(
  state: CoreState,
  record: AlertRecord,
  evidence: readonly Evidence[],
  note: string,
  nowMs: number,
  by = "gateway",
): AlertEvent {
  record.alert = { ...record.alert, evidence: [...evidence] };
  return change(state, record, { what: "repeated", to: record.alert.state, by, note }, nowMs);
}

/** A person says something about the alert, which stays as it is. */
export function annotate(state: CoreState, id: string, by: string, note: string, nowMs: number): AlertEvent {
  const record = state.alerts.get(id);
  if (record === undefined) throw new RejectedError(`there is no alert ${id}`);
  return change(state, record, { what: "noted", to: record.alert.state, by, note }, nowMs);
}

function describe(state: CoreState, finding: Finding): Pick<Alert, "persons" | "limit"> {
  const limit = modelOf(state).spaces.get(finding.space)?.limit;
  const estimate = finding.estimate;
  if (estimate === undefined) return {};
  const { residing, low, high, present } = estimate;
  return { persons: { residing, low, high, present }, ...(limit === undefined ? {} : { limit }) };
}
