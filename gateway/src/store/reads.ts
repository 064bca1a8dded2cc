/** What is read back: waiting items, the journal, alerts, the snapshot, counters. */
import type { AlertPage, AlertsWanted } from "../core/alert-page.ts";
import type { AlertRow, Snapshot } from "../core/ports.ts";
import { type Connection, row, sumOf } from "./connection.ts";
import { DamageError } from "./failure.ts";
import { keySeq, rowKey } from "./lanes.ts";
import type { Cell, EngineStats, GapRecord } from "./wire.ts";

/** Rows of WAITING_CELLS, oldest first; always one if there is any. */
export function readWaiting(
  connection: Connection,
  lane: number,
  after: number,
  limit: number,
  maxBytes: number,
): Cell[] {
  const read = connection.prepare(`SELECT o.key, o.text, o.journal_seq, j.now_ms, j.type, j.credential, j.body, j.sum
    FROM outbox o LEFT JOIN journal j ON j.seq = o.journal_seq WHERE o.key > ? AND o.key < ? ORDER BY o.key LIMIT ?`);
  const cells: Cell[] = [];
  let bytes = 0;
  for (const each of read.iterate(rowKey(lane, after), rowKey(lane + 1, 0), limit)) {
    const [key, text, journalSeq, nowMs, type, credential, body, sum] = row(each) as readonly Cell[];
    if (text === null) checkBody(body, sum, `journal entry ${journalSeq}`);
    const size = String(text ?? body).length;
    if (bytes > 0 && bytes + size > maxBytes) break;
    bytes += size;
    cells.push(
      keySeq(key as number),
      text as Cell,
      journalSeq as Cell,
      nowMs as Cell,
      type as Cell,
      credential as Cell,
      body as Cell,
    );
  }
  return cells;
}

/** Rows of JOURNAL_CELLS behind `after`, oldest first. */
export function readJournal(connection: Connection, after: number, limit: number): Cell[] {
  const read = connection.prepare(
    "SELECT seq, now_ms, type, credential, body, sum FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  const cells: Cell[] = [];
  for (const each of read.iterate(after, limit)) {
    const [seq, nowMs, type, credential, body, sum] = row(each) as readonly Cell[];
    checkBody(body, sum, `journal entry ${seq}`);
    cells.push(seq as Cell, nowMs as Cell, type as Cell, credential as Cell, body as Cell);
  }
  return cells;
}

export function readAlerts(connection: Connection): AlertRow[] {
  const read = connection.prepare(
    "SELECT id, space, kind, state, raised_ms, body, sum FROM alert ORDER BY raised_ms, id",
  );
  return read.all().map(alertOf);
}

function alertOf(each: unknown): AlertRow {
  type AlertCells = readonly [string, string, string, string, number, string, number];
  const [id, space, kind, state, raisedMs, body, sum] = row(each as never) as unknown as AlertCells;
  checkBody(body, sum, `alert ${id}`);
  return { id, space, kind, state, raisedMs, body };
}

/** The bodies of a page alone are read, however many alerts there are. */
export function readAlertPage(connection: Connection, wanted: AlertsWanted): AlertPage {
  const { level, without = [], behind, limit } = wanted;
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const add = (term: string, ...given: (string | number)[]): void => {
    terms.push(term);
    values.push(...given);
  };
  for (const column of ["id", "space", "kind", "state"] as const) {
    const value = wanted[column];
    if (value !== undefined) add(`${column} = ?`, value);
  }
  if (without.length > 0) add("id NOT IN (SELECT value FROM json_each(?))", JSON.stringify(without));
  if (level !== undefined) add("json_extract(body, '$.level') = ?", level);
  const where = () => (terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`);
  const [total] = row(connection.prepare(`SELECT count(*) FROM alert ${where()}`).get(...values)) as readonly [number];
  if (behind !== undefined) add("(raised_ms, id) < (?, ?)", behind.raisedMs, behind.id);
  const page = `SELECT rowid FROM alert ${where()} ORDER BY raised_ms DESC, id DESC LIMIT ?`;
  const read = connection.prepare(
    `SELECT id, space, kind, state, raised_ms, body, sum FROM alert WHERE rowid IN (${page}) ORDER BY raised_ms DESC, id DESC`,
  );
  return { rows: read.all(...values, limit).map(alertOf), total };
}

export function readSnapshot(connection: Connection): Snapshot | undefined {
  const { snapshotSeq, snapshotPieces } = connection.state;
  if (snapshotSeq === undefined) return undefined;
  const pieces = connection
    .prepare("SELECT part, id, body, sum FROM snapshot")
    .all()
    .map((each) => {
      const [part, id, body, sum] = row(each) as unknown as readonly [string, string, string, number];
      checkBody(body, sum, `snapshot piece ${part} ${id}`);
      return { part, id, body };
    });
  if (pieces.length !== snapshotPieces) {
    throw new DamageError(`the snapshot has ${pieces.length} pieces of ${snapshotPieces}`);
  }
  return { seq: snapshotSeq, pieces };
}

/** Gaps behind number `after`. */
export function readGaps(connection: Connection, after: number): GapRecord[] {
  const read = connection.prepare("SELECT n, lane, from_ms, to_ms, count, reason FROM gap WHERE n > ? ORDER BY n");
  return read.all(after).map((each) => {
    const [n, lane, fromMs, toMs, count, reason] = row(each) as unknown as [
      number,
      number | null,
      number,
      number,
      number,
      string,
    ];
    return { n, lane, fromMs, toMs, count, reason };
  });
}

export function readStats(connection: Connection): EngineStats {
  const { state } = connection;
  const oldest = connection.prepare("SELECT min(key) FROM outbox WHERE key >= ? AND key < ?");
  const backlog = state.waiting.flatMap((count, lane) => {
    if (count === 0) return [];
    const [key] = row(oldest.get(rowKey(lane, 0), rowKey(lane + 1, 0))) as readonly [number];
    return [{ lane, count, oldestSeq: keySeq(key) }];
  });
  const { quarantined, journalRows } = state;
  return { usedBytes: connection.usedBytes(), backlog, kept: readKept(connection), quarantined, journalRows };
}

/** The newest row tells whether any of its lane is in its grace period still; those before it that no longer are go with the next purge. */
function readKept(connection: Connection): EngineStats["kept"] {
  const { kept, uptimeMs } = connection.state;
  const read =
    "SELECT 1 FROM (SELECT until_ms FROM kept WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT 1) WHERE until_ms > ?";
  const newest = connection.prepare(read);
  return kept.flatMap((count, lane) =>
    count > 0 && newest.get(rowKey(lane, 0), rowKey(lane + 1, 0), uptimeMs) !== undefined ? [{ lane, count }] : [],
  );
}

/** Looks where a crash or a rotten disk shows first, in a few ms whatever the size of the file. */
export function quickCheck(connection: Connection): void {
  const { state } = connection;
  readJournal(connection, state.lastSeq - TAIL, TAIL);
  for (const [lane, count] of state.waiting.entries()) {
    if (count > 0 && readWaiting(connection, lane, 0, 1, 1).length === 0) {
      throw new DamageError(`a lane should hold ${count} rows and is empty`);
    }
  }
  readGaps(connection, 0);
  const [newest] = row(connection.prepare("SELECT max(seq) FROM journal").get()) as readonly [number | null];
  if ((newest ?? 0) > state.lastSeq)
    throw new DamageError(`the journal ends at ${newest}, the counters say ${state.lastSeq}`);
}

const TAIL = 100;

function checkBody(body: unknown, sum: unknown, what: string): void {
  if (typeof body !== "string" || sumOf(body) !== sum) throw new DamageError(`${what} does not match its checksum`);
}

type AsideCells = readonly [number, number, number, string, string | null];

/** How many set-aside rows are looked at, from the newest on. */
const ASIDE_ROWS = 1_000;

/** Lane id, seq, time, reason and body of what was set aside in some lanes, newest first. */
export function readSetAside(connection: Connection, from: number, to: number): AsideCells[] {
  const read = connection.prepare(
    "SELECT lane, seq, at_ms, reason, body FROM quarantine WHERE lane BETWEEN ? AND ? ORDER BY n DESC LIMIT ?",
  );
  return read.all(from, to, ASIDE_ROWS).map((each) => [...row(each)] as unknown as AsideCells);
}
