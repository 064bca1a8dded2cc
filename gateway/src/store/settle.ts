/** What becomes of outbox rows once the platform has answered: deleted, kept for a while, or set aside. */
import { type Connection, row } from "./connection.ts";
import { LANES_PER_UPLINK, rowKey } from "./lanes.ts";
import type { BatchSettle } from "./wire.ts";

/** Kept rows looked at in one go. */
const PURGE_ROWS = 1_000;

export function settle(connection: Connection, { lane, accepted, keepMs, rejected }: BatchSettle, nowMs: number): void {
  const { waiting, kept, uptimeMs } = connection.state;
  for (let i = 0; i < accepted.length; i += 2) {
    const run = [rowKey(lane, accepted[i] as number), rowKey(lane, accepted[i + 1] as number)] as const;
    if (keepMs !== null) {
      const keep = "INSERT OR REPLACE INTO kept SELECT key, journal_seq, text, ? FROM outbox WHERE key BETWEEN ? AND ?";
      connection.prepare(keep).run(uptimeMs + keepMs, ...run);
    }
    const changes = Number(connection.prepare("DELETE FROM outbox WHERE key BETWEEN ? AND ?").run(...run).changes);
    waiting[lane] = (waiting[lane] ?? 0) - changes;
    if (keepMs !== null) kept[lane] = (kept[lane] ?? 0) + changes;
  }
  for (const { seq, reason } of rejected) setAside(connection, lane, seq, reason, nowMs);
  purgeKept(connection, lane);
}

/** A rejected row leaves its lane with its reason and, of a reading, without its credential. */
function setAside(connection: Connection, lane: number, seq: number, reason: string, nowMs: number): void {
  const { state } = connection;
  const key = rowKey(lane, seq);
  const tables = [
    ["outbox", state.waiting],
    ["kept", state.kept],
  ] as const;
  for (const [table, counters] of tables) {
    const copy = `INSERT INTO quarantine (lane, seq, at_ms, reason, body) SELECT ?, ?, ?, ?, coalesce(o.text, j.body)
      FROM ${table} o LEFT JOIN journal j ON j.seq = o.journal_seq WHERE o.key = ?`;
    const changes = Number(connection.prepare(copy).run(lane, seq, nowMs, reason, key).changes);
    if (changes === 0) continue;
    connection.prepare(`DELETE FROM ${table} WHERE key = ?`).run(key);
    counters[lane] = (counters[lane] ?? 0) - changes;
    state.quarantined += changes;
    return;
  }
}

/** Of uplinks that settle nothing any more, too: what they were given once pins no reading for longer than its time. In a transaction of its own. */
export function purgeAll(connection: Connection): void {
  const { kept, uptimeMs } = connection.state;
  const read =
    "SELECT 1 FROM (SELECT until_ms FROM kept WHERE key >= ? AND key < ? ORDER BY key LIMIT 1) WHERE until_ms <= ?";
  const front = connection.prepare(read);
  const due = [...kept.keys()].filter(
    (lane) => (kept[lane] ?? 0) > 0 && front.get(rowKey(lane, 0), rowKey(lane + 1, 0), uptimeMs) !== undefined,
  );
  if (due.length === 0) return;
  connection.begin();
  for (const lane of due) purgeKept(connection, lane);
  connection.commit();
}

/** Deletes kept rows of the lane past their time, from the front; the rest comes with the next settlement. */
function purgeKept(connection: Connection, lane: number): void {
  const { kept, uptimeMs } = connection.state;
  if ((kept[lane] ?? 0) === 0) return;
  const read = connection.prepare("SELECT key, until_ms FROM kept WHERE key >= ? AND key < ? ORDER BY key LIMIT ?");
  const start = rowKey(lane, 0);
  let last: number | undefined;
  for (const each of read.iterate(start, rowKey(lane + 1, 0), PURGE_ROWS)) {
    const [key, untilMs] = row(each) as readonly [number, number];
    if (untilMs > uptimeMs) break;
    last = key;
  }
  if (last === undefined) return;
  const remove = connection.prepare("DELETE FROM kept WHERE key BETWEEN ? AND ?");
  kept[lane] = (kept[lane] ?? 0) - Number(remove.run(start, last).changes);
}

/** Puts back kept rows of one uplink, oldest first, at most `limit`. */
export function resend(connection: Connection, uplink: number, limit: number): number {
  const { waiting, kept } = connection.state;
  let moved = 0;
  for (let lane = uplink * LANES_PER_UPLINK; lane < (uplink + 1) * LANES_PER_UPLINK && moved < limit; lane++) {
    if ((kept[lane] ?? 0) === 0) continue;
    purgeKept(connection, lane);
    const front = "SELECT max(key) FROM (SELECT key FROM kept WHERE key >= ? AND key < ? ORDER BY key LIMIT ?)";
    const start = rowKey(lane, 0);
    const [last] = row(connection.prepare(front).get(start, rowKey(lane + 1, 0), limit - moved)) as readonly [
      number | null,
    ];
    if (last === null) continue;
    const copy = "INSERT INTO outbox SELECT key, journal_seq, text FROM kept WHERE key BETWEEN ? AND ?";
    const changes = Number(connection.prepare(copy).run(start, last).changes);
    connection.prepare("DELETE FROM kept WHERE key BETWEEN ? AND ?").run(start, last);
    kept[lane] = (kept[lane] ?? 0) - changes;
    waiting[lane] = (waiting[lane] ?? 0) + changes;
    moved += changes;
  }
  return moved;
}
