/** Evicting what uplinks are owed, when history is not enough: accepted rows in their grace period, then waiting rows, oldest first. */
import { type Connection, row } from "./connection.ts";
import type { Evicted, GapBook } from "./gap-book.ts";
import { EVICTABLE_CODES, LANES_PER_UPLINK, rowKey } from "./lanes.ts";

const ROWS = 256;

/** A front row: its lane and when it happened. */
interface Front {
  readonly lane: number;
  readonly atMs: number;
}

/**
 * Deletes some rows of the lowest lane that has any within the caller's transaction. Alerts and emergencies are never touched.
 * Undefined when there is nothing left to evict.
 */
export function evictOwed(connection: Connection, gaps: GapBook): { readonly owed: number } | undefined {
  for (const code of EVICTABLE_CODES) {
    if (evictKept(connection, code) || evictSetAside(connection, code)) return { owed: 0 };
    const owed = evictWaiting(connection, code, gaps);
    if (owed > 0) return { owed };
  }
  return undefined;
}

function lanesOf(counters: readonly number[], code: number): number[] {
  return counters.flatMap((count, lane) => (count > 0 && lane % LANES_PER_UPLINK === code ? [lane] : []));
}

/** The platform's broker had them; only the second try is given up. */
function evictKept(connection: Connection, code: number): boolean {
  const { kept } = connection.state;
  const [lane] = lanesOf(kept, code);
  if (lane === undefined) return false;
  const remove = "DELETE FROM kept WHERE key IN (SELECT key FROM kept WHERE key >= ? AND key < ? ORDER BY key LIMIT ?)";
  const { changes } = connection.prepare(remove).run(rowKey(lane, 0), rowKey(lane + 1, 0), ROWS);
  kept[lane] = (kept[lane] ?? 0) - Number(changes);
  return true;
}

function evictSetAside(connection: Connection, code: number): boolean {
  const { state } = connection;
  if (state.quarantined === 0) return false;
  const remove = `DELETE FROM quarantine WHERE n IN (SELECT n FROM quarantine WHERE lane % ${LANES_PER_UPLINK} = ? ORDER BY n LIMIT ?)`;
  const changes = Number(connection.prepare(remove).run(code, ROWS).changes);
  state.quarantined -= changes;
  return changes > 0;
}

function evictWaiting(connection: Connection, code: number, gaps: GapBook): number {
  const { waiting } = connection.state;
  const fronts = lanesOf(waiting, code).map((lane): Front => ({ lane, atMs: frontMs(connection, lane) }));
  const oldest = fronts.sort((a, b) => a.atMs - b.atMs)[0];
  if (oldest === undefined) return 0;
  const { lane } = oldest;
  const read = `SELECT o.key, j.now_ms, CASE WHEN o.journal_seq IS NULL THEN o.text END
    FROM outbox o LEFT JOIN journal j ON j.seq = o.journal_seq WHERE o.key >= ? AND o.key < ? ORDER BY o.key LIMIT ?`;
  const found = connection.prepare(read).all(rowKey(lane, 0), rowKey(lane + 1, 0), ROWS);
  const rows = found as unknown as (readonly [number, number | null, string | null])[];
  const times = rows.map(([, nowMs, text]) => nowMs ?? recordedMs(text)).filter((ms) => ms > 0);
  const fromMs = Math.min(...times, connection.state.lastNowMs);
  const evicted: Evicted = { count: rows.length, fromMs, toMs: Math.max(fromMs, ...times) };
  connection.prepare("DELETE FROM outbox WHERE key BETWEEN ? AND ?").run(rowKey(lane, 0), rows.at(-1)?.[0] ?? 0);
  waiting[lane] = (waiting[lane] ?? 0) - rows.length;
  gaps.addOwed(connection, lane, evicted, "the disk budget was used up");
  return rows.length;
}

function frontMs(connection: Connection, lane: number): number {
  const read = `SELECT j.now_ms, o.text FROM outbox o LEFT JOIN journal j ON j.seq = o.journal_seq
    WHERE o.key >= ? AND o.key < ? ORDER BY o.key LIMIT 1`;
  const found = connection.prepare(read).get(rowKey(lane, 0), rowKey(lane + 1, 0));
  const [nowMs, text] = row(found) as unknown as readonly [number | null, string | null];
  return nowMs ?? recordedMs(text);
}

/** When an event entered the outbox, by its own text; 0 when it does not say. */
function recordedMs(text: string | null): number {
  try {
    const { recordedtime } = JSON.parse(text ?? "") as { recordedtime?: string };
    return Date.parse(recordedtime ?? "") || 0;
  } catch {
    return 0;
  }
}
