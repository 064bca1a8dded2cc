/** The counters of a store: one row of JSON, written in every transaction. */
import { LANES_PER_UPLINK } from "./lanes.ts";
import { SCHEMA_VERSION } from "./migrations/migrate.ts";

export interface StoreState {
  /** As in the file's header; where the two disagree one of them is damaged. */
  schema: number;
  /** Number of the last batch. */
  batch: number;
  /** Store time: ms this store has been in use. */
  uptimeMs: number;
  lastSeq: number;
  lastNowMs: number;
  /** Undefined until there is a snapshot. */
  snapshotSeq?: number;
  snapshotPieces: number;
  journalRows: number;
  quarantined: number;
  lastRejection: number;
  /** History up to here has been thinned already. */
  thinnedSeq: number;
  /** Rows the last batch with a `resend` put back. */
  resent: number;
  /** By uplink number: the next sequence number. */
  next: number[];
  /** By lane id: rows waiting, rows kept, and the highest journal seq ever referenced (0 when none). */
  waiting: number[];
  kept: number[];
  references: number[];
}

export function emptyState(): StoreState {
  return {
    schema: SCHEMA_VERSION,
    batch: 0,
    uptimeMs: 0,
    lastSeq: 0,
    lastNowMs: 0,
    snapshotPieces: 0,
    journalRows: 0,
    quarantined: 0,
    lastRejection: 0,
    thinnedSeq: 0,
    resent: 0,
    next: [],
    waiting: [],
    kept: [],
    references: [],
  };
}

/** Makes room for the counters of one more uplink. */
export function addUplink(state: StoreState, next = 1): void {
  state.next.push(next);
  for (const counters of [state.waiting, state.kept, state.references]) {
    for (let i = 0; i < LANES_PER_UPLINK; i++) counters.push(0);
  }
}

/** Undefined when the text is not a state whole and sane, which only damage can bring about. */
export function parseState(body: unknown): StoreState | undefined {
  if (typeof body !== "string") return undefined;
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const number = (value: unknown) => typeof value === "number" && value >= 0;
  for (const [key, empty] of Object.entries(emptyState())) {
    const value = read[key];
    if (Array.isArray(empty) ? !(Array.isArray(value) && value.every(number)) : !number(value)) return undefined;
  }
  if (read["snapshotSeq"] !== undefined && !number(read["snapshotSeq"])) return undefined;
  const state = read as unknown as StoreState;
  const lanes = state.next.length * LANES_PER_UPLINK;
  const whole = [state.waiting, state.kept, state.references].every((counters) => counters.length === lanes);
  return whole ? state : undefined;
}
