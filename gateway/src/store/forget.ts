/** Forgets readings of some devices that are older than their time: those no uplink is owed, behind the snapshot. */
import type { Forgetting, Forgotten } from "../core/ports.ts";
import { type Connection, row } from "./connection.ts";
import { referencesBetween } from "./history.ts";
import { purgeAll } from "./settle.ts";

/** Rows looked at in one transaction. */
const WINDOW_ROWS = 512;

/**
 * One window behind journal number `after`. Ends where a whole window holds nothing old: a row whose clock ran ahead must not keep all that
 * came after it. Within transactions of its own; throws where the disk does.
 */
export function forgetReadings(connection: Connection, { after, beforeMs, devices, others }: Forgetting): Forgotten {
  const { state } = connection;
  purgeAll(connection);
  const read = "SELECT seq, now_ms, type, body FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
  const rows = connection
    .prepare(read)
    .all(after, state.snapshotSeq ?? 0, WINDOW_ROWS)
    .map((each) => row(each) as readonly [number, number, string, string]);
  const last = rows.at(-1)?.[0];
  if (last === undefined) return { removed: 0, last: null, settled: after };
  const named = new Set(devices);
  const owed = referencesBetween(connection, after, last);
  const mine = rows.filter(([, , type, body]) => type === "reading" && named.has(deviceOf(body)) !== others);
  const gone = mine.filter(([seq, nowMs]) => nowMs < beforeMs && !owed.has(seq));
  if (gone.length > 0) {
    connection.begin();
    const remove = connection.prepare("DELETE FROM journal WHERE seq = ?");
    for (const [seq] of gone) remove.run(seq);
    state.journalRows -= gone.length;
    connection.commit();
  }
  const left = mine.find(([seq, nowMs]) => nowMs >= beforeMs || owed.has(seq));
  const isEnd = rows.length < WINDOW_ROWS || rows.every(([, nowMs]) => nowMs >= beforeMs);
  return { removed: gone.length, last: isEnd ? null : last, settled: left === undefined ? last : left[0] - 1 };
}

/** Empty for a body that has rotted: the journal's own checks find it. */
function deviceOf(body: string): string {
  try {
    return String((JSON.parse(body) as { readonly device?: unknown }).device ?? "");
  } catch {
    return "";
  }
}
