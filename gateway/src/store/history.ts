/** Journal rows nobody needs: behind the snapshot and referenced by no outbox row. They go first when room is short. */
import { type Connection, row } from "./connection.ts";
import type { Evicted } from "./gap-book.ts";
import { keySeq, rowKey } from "./lanes.ts";

/** Rows looked at in one window, and windows in one step. */
const WINDOW_ROWS = 512;
const WINDOWS = 8;
const ROWS = 256;

type Table = "outbox" | "kept";

/**
 * Deletes some of the oldest unneeded rows within the caller's transaction; undefined when there are none left. Relies on references of one
 * lane growing with its sequence numbers, as they do when readings are numbered in journal order.
 */
export function thinHistory(connection: Connection): Evicted | undefined {
  return deletePrefix(connection) ?? deleteBetween(connection);
}

/** Everything older than the oldest reference: the usual case. */
function deletePrefix(connection: Connection): Evicted | undefined {
  const { state } = connection;
  const end = Math.min((state.snapshotSeq ?? 0) + 1, oldestReference(connection));
  const read =
    "SELECT count(*), max(seq), min(now_ms), max(now_ms) FROM (SELECT seq, now_ms FROM journal WHERE seq < ? ORDER BY seq LIMIT ?)";
  const [count, last, fromMs, toMs] = row(connection.prepare(read).get(end, ROWS)) as unknown as readonly number[];
  if (count === undefined || count === 0) return undefined;
  connection.prepare("DELETE FROM journal WHERE seq <= ?").run(last as number);
  state.journalRows -= count;
  return { count, fromMs: fromMs as number, toMs: toMs as number };
}

function lanesOf(connection: Connection): (readonly [Table, number])[] {
  const { state } = connection;
  const lanes = state.references.flatMap((reference, lane) => (reference > 0 ? [lane] : []));
  return [
    ...lanes.filter((lane) => (state.waiting[lane] ?? 0) > 0).map((lane) => ["outbox", lane] as const),
    ...lanes.filter((lane) => (state.kept[lane] ?? 0) > 0).map((lane) => ["kept", lane] as const),
  ];
}

function oldestReference(connection: Connection): number {
  return Math.min(
    ...lanesOf(connection).map(([table, lane]) => referenceFrom(connection, table, lane, 0)?.journalSeq ?? Infinity),
  );
}

/** The first row of the lane at `seq` or behind it that stands for a reading. */
function referenceFrom(
  connection: Connection,
  table: Table,
  lane: number,
  seq: number,
): { readonly seq: number; readonly journalSeq: number } | undefined {
  const read = `SELECT key, journal_seq FROM ${table} WHERE key >= ? AND key < ? AND journal_seq IS NOT NULL ORDER BY key LIMIT 1`;
  const found = connection.prepare(read).get(rowKey(lane, seq), rowKey(lane + 1, 0));
  const [key, journalSeq] = row(found) as unknown as readonly [number?, number?];
  return key === undefined || journalSeq === undefined ? undefined : { seq: keySeq(key), journalSeq };
}

/** Unreferenced rows between referenced ones, window by window behind what was thinned before. */
function deleteBetween(connection: Connection): Evicted | undefined {
  const { state } = connection;
  const end = state.snapshotSeq ?? 0;
  for (let i = 0; i < WINDOWS && state.thinnedSeq < end; i++) {
    const read = "SELECT seq, now_ms FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
    const rows = connection.prepare(read).all(state.thinnedSeq, end, WINDOW_ROWS) as unknown as (readonly [
      number,
      number,
    ])[];
    const last = rows.at(-1)?.[0] ?? end;
    const needed = referencesBetween(connection, state.thinnedSeq, last);
    const unneeded = rows.filter(([seq]) => !needed.has(seq));
    state.thinnedSeq = rows.length < WINDOW_ROWS ? end : last;
    if (unneeded.length === 0) continue;
    const remove = connection.prepare("DELETE FROM journal WHERE seq = ?");
    for (const [seq] of unneeded) remove.run(seq);
    state.journalRows -= unneeded.length;
    const times = unneeded.map(([, nowMs]) => nowMs);
    return { count: unneeded.length, fromMs: Math.min(...times), toMs: Math.max(...times) };
  }
  return state.thinnedSeq < end ? { count: 0, fromMs: 0, toMs: 0 } : undefined;
}

/** Journal numbers above `low` up to `high` that some lane stands for. */
export function referencesBetween(connection: Connection, low: number, high: number): Set<number> {
  const needed = new Set<number>();
  for (const [table, lane] of lanesOf(connection)) {
    const read = connection.prepare(
      `SELECT journal_seq FROM ${table} WHERE key >= ? AND key < ? AND journal_seq IS NOT NULL ORDER BY key`,
    );
    const first = firstBehind(connection, table, lane, low);
    for (const each of read.iterate(rowKey(lane, first), rowKey(lane + 1, 0))) {
      const [journalSeq] = row(each) as readonly [number];
      if (journalSeq > high) break;
      needed.add(journalSeq);
    }
  }
  return needed;
}

/** The lowest seq of the lane whose references lie behind journal number `low`, found by halving. */
function firstBehind(connection: Connection, table: Table, lane: number, low: number): number {
  const read = connection.prepare(`SELECT max(key) FROM ${table} WHERE key < ?`);
  const [last] = row(read.get(rowKey(lane + 1, 0))) as unknown as [number];
  let from = 0;
  let to = keySeq(last) + 1;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const at = referenceFrom(connection, table, lane, middle);
    if (at !== undefined && at.journalSeq <= low) from = at.seq + 1;
    else to = middle;
  }
  return from;
}
