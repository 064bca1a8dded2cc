/** Forgets readings of some devices that are older than their time: those no uplink is owed, behind the snapshot. */

import type { Forgotten } from "../core/ports.ts";
import { type Connection, row } from "./connection.ts";
import { referencesBetween } from "./history.ts";

/** Rows looked at in one transaction. */
const WINDOW_ROWS = 512;

/** One window behind journal number `after`. Within a transaction of its own; throws where the disk does. */
export function forgetReadings(
  connection: Connection,
  after: number,
  beforeMs: number,
  devices: ReadonlySet<string>,
): Forgotten {
  const { state } = connection;
  const read = "SELECT seq, now_ms, type, body FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
  const rows = connection.prepare(read).all(after, state.snapshotSeq ?? 0, WINDOW_ROWS);
  const old = rows.map((each) => row(each) as readonly [number, number, string, string]);
  const end = old.findIndex(([, nowMs]) => nowMs >= beforeMs);
  const looked = end < 0 ? old : old.slice(0, end);
  const last = looked.at(-1)?.[0];
  if (last === undefined) return { removed: 0, last: null };
  const owed = referencesBetween(connection, after, last);
  const gone = looked.filter(
    ([seq, , type, body]) => type === "reading" && !owed.has(seq) && devices.has(deviceOf(body)),
  );
  if (gone.length > 0) {
    connection.begin();
    const remove = connection.prepare("DELETE FROM journal WHERE seq = ?");
    for (const [seq] of gone) remove.run(seq);
    state.journalRows -= gone.length;
    connection.commit();
  }
  return { removed: gone.length, last: looked.length < WINDOW_ROWS ? null : last };
}

/** Empty for a body that has rotted: the journal's own checks find it. */
function deviceOf(body: string): string {
  try {
    return String((JSON.parse(body) as { readonly device?: unknown }).device ?? "");
  } catch {
    return "";
  }
}
