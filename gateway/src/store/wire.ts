/** What crosses between the main thread and the storage thread: flat arrays, which clone at a fraction of the cost of objects. */
import type { Problem } from "@gatehouse/protocol";
import type { AlertPage, AlertsWanted } from "../core/alert-page.ts";
import type { AlertRow, Forgetting, Forgotten, RejectionRow, Snapshot } from "../core/ports.ts";
import type { Failure } from "./failure.ts";

export type Cell = number | string | null;

/** Cells of one row in {@link Batch.journal} and {@link Engine.journal}: seq, nowMs, type, credential, body. */
export const JOURNAL_CELLS = 5;
/** Cells of one row in {@link Batch.outbox}: lane id, seq, journal seq, text. */
export const OUTBOX_CELLS = 4;
/** Cells of one waiting row: seq, text, then the five of its journal entry. */
export const WAITING_CELLS = 2 + JOURNAL_CELLS;

export interface BatchSettle {
  readonly lane: number;
  /** Pairs: first and last seq of a run. */
  readonly accepted: readonly number[];
  /** How long accepted rows are kept, in ms of store time; null deletes them. */
  readonly keepMs: number | null;
  readonly rejected: readonly { readonly seq: number; readonly reason: string }[];
}

/** Many writes on their way to one transaction. */
export interface Batch {
  /** Grows by one; a batch whose number is on disk already is skipped whole. */
  readonly number: number;
  /** Store time: ms this store has been in use, over all runs. Steps of the wall clock do not touch it. */
  readonly uptimeMs: number;
  readonly nowMs: number;
  /** Names of uplinks by number; only ever grows. */
  readonly uplinks: readonly string[];
  readonly journal: readonly Cell[];
  readonly outbox: readonly Cell[];
  readonly alerts: readonly AlertRow[];
  readonly rejections: readonly RejectionRow[];
  readonly settle: readonly BatchSettle[];
  readonly snapshots: readonly Snapshot[];
  readonly gapsDone: readonly number[];
  /** The uplink whose kept rows wait again, and how many of them at most. */
  readonly resend: { readonly uplink: number; readonly limit: number } | null;
}

/** A gap as it stands on disk; a null lane is local history. */
export interface GapRecord {
  readonly n: number;
  readonly lane: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly reason: string;
}

export interface EngineRecovered {
  readonly batch: number;
  readonly uptimeMs: number;
  readonly lastSeq: number;
  readonly lastNowMs: number;
  readonly uplinks: readonly string[];
  /** By uplink number. */
  readonly next: readonly number[];
  readonly snapshot: Snapshot | undefined;
  readonly gaps: readonly GapRecord[];
  readonly quarantine: { readonly file: string; readonly reason: string; readonly salvagedRows: number } | undefined;
}

export interface EngineStats {
  readonly usedBytes: number;
  /** Lane id, count, oldest seq. */
  readonly backlog: readonly { readonly lane: number; readonly count: number; readonly oldestSeq: number }[];
  readonly kept: readonly { readonly lane: number; readonly count: number }[];
  readonly quarantined: number;
  readonly journalRows: number;
}

export interface CommitAnswer {
  /** Rows that wait again, of a batch that asked for it. */
  readonly resent: number;
}

/** What the main thread asks for. */
export type Request =
  | { readonly op: "open" }
  | { readonly op: "commit"; readonly batch: Batch }
  | {
      readonly op: "waiting";
      readonly lane: number;
      readonly after: number;
      readonly limit: number;
      readonly maxBytes: number;
    }
  | { readonly op: "journal"; readonly after: number; readonly limit: number }
  | { readonly op: "alerts" }
  | ({ readonly op: "alert-page" } & AlertsWanted)
  | { readonly op: "set-aside"; readonly from: number; readonly to: number }
  | { readonly op: "stats" }
  | ({ readonly op: "forget" } & Forgetting)
  /** Give back the memory that only the start needed. */
  | { readonly op: "release-memory" }
  | { readonly op: "close" };

export interface Answers {
  open: { readonly recovered: EngineRecovered } | { readonly refused: Problem };
  commit: CommitAnswer;
  waiting: readonly Cell[];
  journal: readonly Cell[];
  alerts: readonly AlertRow[];
  "alert-page": AlertPage;
  /** Lane id, seq, time, reason and body of each. */
  "set-aside": readonly (readonly [number, number, number, string, string | null])[];
  stats: EngineStats;
  forget: Forgotten;
  "release-memory": null;
  close: null;
}

/** What happened in the storage thread beside the requests. */
export interface Notice {
  /** Gaps that are whole now and may be told. */
  readonly gaps?: readonly GapRecord[];
  /** Items some uplink was owed and will not get. */
  readonly evicted?: number;
  /** The budget is exceeded by so much and nothing may be evicted; 0 when that is over. */
  readonly overBytes?: number;
  readonly failure?: Failure;
}

export type FromWorker =
  | { readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly id: number; readonly failure: Failure }
  | { readonly notice: Notice };

export interface ToWorker {
  readonly id: number;
  readonly request: Request;
}
