/** What is told to platforms, as CloudEvents without a number yet. */
import { type EventDraft, formatDay, formatTime, type Lane, SEVERITY, severityOf } from "@gatehouse/protocol";
import type { AlertEvent } from "./alerts/life.ts";
import { complianceOf, siteCompliance } from "./compliance/streak.ts";
import type { HealthEntry } from "./health.ts";
import type { Model } from "./model.ts";
import { estimateOf } from "./occupancy/estimate-of.ts";
import type { GapRow, JournalEntry } from "./ports.ts";
import type { CoreState } from "./state.ts";
import type { Fact } from "./told.ts";

type Head = Omit<EventDraft, "source" | "recordedtime" | "data" | "time">;

function draft(model: Model, atMs: number, recordedMs: number, head: Head, data: unknown): EventDraft {
  return {
    ...head,
    source: `gatehouse/${model.gateway}`,
    time: formatTime(atMs, model.zone),
    recordedtime: formatTime(recordedMs, model.zone),
    data: JSON.stringify(data),
  };
}

export function alertEvent(model: Model, { change, alert, revision, atMs }: AlertEvent, nowMs: number): EventDraft {
  const lane: Lane = alert.level === "emergency" ? "emergency" : "alert";
  const head = {
    id: `${alert.id}.${revision}`,
    type: `gatehouse.alert.${change}`,
    subject: alert.space,
    lane,
    severitynumber: severityOf(alert.level),
    dataclassification: "restricted",
  } as const;
  return draft(model, atMs, nowMs, head, alert);
}

/** Counts per judged space at the end of a night; no names, no pseudonyms. */
export function dailyEvent(model: Model, state: CoreState, day: number, nowMs: number): EventDraft {
  const spaces = [...model.spaces].flatMap(([id, space]) => {
    const estimate = estimateOf(state, id);
    if (space.limit === undefined || estimate === undefined) return [];
    const { residing, low, high } = estimate;
    const { days, best, listed = null } = complianceOf(state, id) ?? {};
    const compliance = days === undefined ? {} : { compliance: { days, best, listed } };
    const registered = space.space.registered ?? null;
    return [{ space: id, residing, low, high, registered, limit: space.limit.persons, ...compliance }];
  });
  const date = formatDay(day);
  const head = {
    id: `daily.${state.installation}.${date}`,
    type: "gatehouse.residence.daily",
    subject: model.config.site.site.id,
    lane: "presence",
    severitynumber: SEVERITY.info,
    dataclassification: "restricted",
  } as const;
  const { spaces: _, ...compliance } = siteCompliance(state);
  return draft(model, nowMs, nowMs, head, { date, spaces, compliance });
}

export function factEvent(model: Model, fact: Fact, nowMs: number): EventDraft {
  const { id, type, subject, lane, severity, dataclassification, data, atMs } = fact;
  return draft(model, atMs, nowMs, { id, type, subject, lane, severitynumber: severity, dataclassification }, data);
}

export function gapEvent(model: Model, state: CoreState, gap: GapRow, nowMs: number): EventDraft {
  const { lane, fromMs, toMs, count, reason } = gap;
  const head = {
    id: `gap.${state.installation}.${gap.n}`,
    type: "gatehouse.gap",
    subject: model.config.site.site.id,
    lane: "alert",
    severitynumber: SEVERITY.warn,
    dataclassification: "internal",
  } as const;
  const at = (ms: number) => formatTime(ms, model.zone);
  return draft(model, nowMs, nowMs, head, { lane, from: at(fromMs), to: at(toMs), count, reason });
}

export interface HealthFacts {
  readonly id: string;
  readonly entries: readonly HealthEntry[];
  readonly backlog: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Number and hash of the newest entry of the audit log, `N:HASH`: who keeps it can prove later that nothing before it was changed. */
  readonly auditHead: string | null;
}

export function healthEvent(
  model: Model,
  { id, entries, backlog, metrics, auditHead }: HealthFacts,
  nowMs: number,
): EventDraft {
  const codes = entries.map(({ code, subject, detail, sinceMs }) => ({
    code,
    since: formatTime(sinceMs, model.zone),
    detail: `${subject}: ${detail}`,
  }));
  const head = {
    id,
    type: "gatehouse.health",
    subject: model.config.site.site.id,
    lane: "presence",
    severitynumber: codes.length === 0 ? SEVERITY.info : SEVERITY.warn,
    dataclassification: "internal",
  } as const;
  return draft(model, nowMs, nowMs, head, { codes, backlog, auditHead, metrics });
}

/** What a journal entry of type `reading` holds beside its seq, time and credential. */
interface ReadingBody {
  readonly device: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly at?: string;
}

export function readingId({ device, epoch, seq }: ReadingBody, journalSeq: number): string {
  return seq === undefined ? `${device}:j:${journalSeq}` : `${device}:${epoch ?? 0}:${seq}`;
}

/** The accepted reading as JSON text, as exports and `gatehouse.reading` have it. */
export function readingText(entry: JournalEntry, body: ReadingBody, withCredential: boolean): string {
  const credential =
    withCredential && entry.credential !== undefined ? `,"credential":${JSON.stringify(entry.credential)}` : "";
  const received = new Date(entry.nowMs).toISOString();
  const id = readingId(body, entry.seq);
  return `{"id":"${id}","journalSeq":${entry.seq},"receivedAt":"${received}"${credential},${entry.body.slice(1)}`;
}

/** `body` is the parsed body where the caller has it at hand. */
export function readingEvent(
  gateway: string,
  entry: JournalEntry,
  credentials: "strip" | "pseudonym",
  body: ReadingBody = JSON.parse(entry.body) as ReadingBody,
): EventDraft {
  const received = new Date(entry.nowMs).toISOString();
  const personal = credentials === "pseudonym" && entry.credential !== undefined;
  return {
    // Two gateways may have devices of the same name; a stream or a platform may have both gateways.
    id: `${gateway}:${readingId(body, entry.seq)}`,
    source: `gatehouse/${gateway}`,
    type: "gatehouse.reading",
    subject: body.device,
    time: body.at ?? received,
    lane: "telemetry",
    severitynumber: SEVERITY.info,
    recordedtime: received,
    dataclassification: personal ? "personal" : "internal",
    data: readingText(entry, body, personal),
  };
}
