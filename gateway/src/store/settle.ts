/** What becomes of outbox rows once the platform has answered: deleted, kept for a while, or set aside. */
import { type Connection, row } from "./connection.ts";
import { LANES_PER_UPLINK } from "./lanes.ts";
import type { BatchSettle } from "./wire.ts";

/** Kept rows looked at in one go. */
const PURGE_ROWS = 1_000;

export function settle(connection: Connection, { lane, accepted, keepMs, rejected }: BatchSettle, nowMs: number): void {
  const { waiting, kept, uptimeMs } = connection.state;
  for (let i = 0; i < accepted.length; i += 2) {
    const first = accepted[i] as number;
    const last = accepted[i + 1] as number;
    if (keepMs !== null) {
      const keep =
        "INSERT OR REPLACE INTO kept SELECT lane, seq, journal_seq, text, ? FROM outbox WHERE lane = ? AND seq BETWEEN ? AND ?";
      connection.prepare(keep).run(uptimeMs + keepMs, lane, first, last);
    }
    const remove = connection.prepare("DELETE FROM outbox WHERE lane = ? AND seq BETWEEN ? AND ?");
    const changes = Number(remove.run(lane, first, last).changes);
    waiting[lane] = (waiting[lane] ?? 0) - changes;
    if (keepMs !== null) kept[lane] = (kept[lane] ?? 0) + changes;
  }
  for (const { seq, reason } of rejected) setAside(connection, lane, seq, reason, nowMs);
  purgeKept(connection, lane);
}

/** A rejected row leaves its lane with its reason and, of a reading, without its credential. */
function setAside(connection: Connection, lane: number, seq: number, reason: string, nowMs: number): void {
  const { state } = connection;
  for (const [table, counters] of [
    ["outbox", state.waiting],
    ["kept", state.kept],
  ] as const) {
    const copy = `INSERT INTO quarantine (lane, seq, at_ms, reason, body)
      SELECT o.lane, o.seq, ?, ?, coalesce(o.text, j.body) FROM ${table} o LEFT JOIN journal j ON j.seq = o.journal_seq
      WHERE o.lane = ? AND o.seq = ?`;
    const changes = Number(connection.prepare(copy).run(nowMs, reason, lane, seq).changes);
    if (changes === 0) continue;
    connection.prepare(`DELETE FROM ${table} WHERE lane = ? AND seq = ?`).run(lane, seq);
    counters[lane] = (counters[lane] ?? 0) - changes;
    state.quarantined += changes;
    return;
  }
}

/** Deletes kept rows of the lane past their time, from the front; the rest comes with the next settlement. */
function purgeKept(connection: Connection, lane: number): void {
  const { kept, uptimeMs } = connection.state;
  if ((kept[lane] ?? 0) === 0) return;
  const read = connection.prepare("SELECT seq, until_ms FROM kept WHERE lane = ? ORDER BY seq LIMIT ?");
  let last: number | undefined;
  for (const each of read.iterate(lane, PURGE_ROWS)) {
    const [seq, untilMs] = row(each) as readonly [number, number];
    if (untilMs > uptimeMs) break;
    last = seq;
  }
  if (last === undefined) return;
  const remove = connection.prepare("DELETE FROM kept WHERE lane = ? AND seq <= ?");
  kept[lane] = (kept[lane] ?? 0) - Number(remove.run(lane, last).changes);
}

/** Puts back kept rows of one uplink, oldest first, at most `limit`. */
export function resend(connection: Connection, uplink: number, limit: number): number {
  const { waiting, kept } = connection.state;
  let moved = 0;
  for (let lane = uplink * LANES_PER_UPLINK; lane < (uplink + 1) * LANES_PER_UPLINK && moved < limit; lane++) {
    if ((kept[lane] ?? 0) === 0) continue;
    purgeKept(connection, lane);
    const front = "SELECT max(seq) FROM (SELECT seq FROM kept WHERE lane = ? ORDER BY seq LIMIT ?)";
    const [last] = row(connection.prepare(front).get(lane, limit - moved)) as readonly [number | null];
    if (last === null) continue;
    const copy = "INSERT INTO outbox SELECT lane, seq, journal_seq, text FROM kept WHERE lane = ? AND seq <= ?";
    const changes = Number(connection.prepare(copy).run(lane, last).changes);
    connection.prepare("DELETE FROM kept WHERE lane = ? AND seq <= ?").run(lane, last);
    kept[lane] = (kept[lane] ?? 0) - changes;
    waiting[lane] = (waiting[lane] ?? 0) + changes;
    moved += changes;
  }
  return moved;
}
