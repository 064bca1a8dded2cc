/** Carries over what can still be read of a damaged database, row by row. */
import { rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Connection, row, sumOf } from "./connection.ts";
import { copyReadable } from "./copy-readable.ts";
import { putSoundHeader } from "./header.ts";
import { keyLane, keySeq, LANES_PER_UPLINK, laneId, laneName, uplinkIndex } from "./lanes.ts";
import { mendLog } from "./log-damage.ts";
import type { Numbers } from "./numbers.ts";
import { readRuns, tryAll } from "./salvage-reads.ts";
import { addUplink, parseState, type StoreState } from "./state.ts";

const LOST = "lost with a damaged database";
const SKIPPED = "numbers skipped after a damaged database, never used";

interface Salvage {
  readonly from: DatabaseSync;
  /** Where the disk is asked whether it works. */
  readonly dir: string;
  readonly to: Connection;
  rows: number;
}

/** Fills the empty `to`, which is of use only when this has returned. Whatever cannot be read is left behind; numbers never go backwards. Throws where the new disk does. */
export function salvage(path: string | undefined, to: Connection, numbers: Numbers): number {
  removeCopy(path);
  const old = openDamaged(path);
  const dir = dirname(to.path);
  const known = old === undefined ? undefined : readState(old, dir);
  to.begin();
  const work = { from: old ?? new DatabaseSync(":memory:"), dir, to, rows: 0 };
  takeUplinks(work, known, numbers);
  takeSnapshot(work, known);
  takeJournal(work);
  takeRows(work);
  takeOutbox(work, known);
  settleNumbers(work, known, numbers);
  to.commit();
  work.from.close();
  removeCopy(path);
  return work.rows;
}

/** A copy with a sound header, since one rotten byte there would cost everything. The log goes with it, by its name. */
function openDamaged(path: string | undefined): DatabaseSync | undefined {
  // SQLite would delete the log beside an empty database.
  if (path === undefined || sizeOf(path) === 0) return undefined;
  const copy = `${path}.copy`;
  copyReadable(path, copy);
  if (sizeOf(`${path}-wal`) > 0) copyReadable(`${path}-wal`, `${copy}-wal`);
  // It compares the log with the database as it is.
  mendLog(copy);
  putSoundHeader(copy);
  return new DatabaseSync(copy, { readOnly: true });
}

function removeCopy(path: string | undefined): void {
  for (const part of ["", "-wal", "-shm"]) rmSync(`${path}.copy${part}`, { force: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Counts a row. The new log must not grow to the size of the database. */
function carried(work: Salvage): void {
  work.rows += 1;
  if (work.rows % 20_000 !== 0) return;
  work.to.commit();
  work.to.begin();
}

function readState(db: DatabaseSync, dir: string): StoreState | undefined {
  return parseState(tryAll(db, dir, "SELECT body FROM state")[0]?.[0]);
}

function takeUplinks({ from, dir, to }: Salvage, known: StoreState | undefined, numbers: Numbers): void {
  const names: string[] = [];
  for (const [n, id] of tryAll(from, dir, "SELECT n, id FROM uplink ORDER BY n")) {
    if (typeof n === "number" && n >= 0 && n < 10_000 && typeof id === "string") names[n] = id;
  }
  const count = Math.max(names.length, known?.next.length ?? 0, numbers.names.length);
  for (let n = 0; n < count; n++) {
    const name = numbers.names[n] ?? names[n] ?? `lost-${n}`;
    const unique = to.uplinks.includes(name) ? `lost-${n}` : name;
    to.prepare("INSERT INTO uplink VALUES (?, ?)").run(n, unique);
    to.uplinks.push(unique);
    addUplink(to.state, known?.next[n] ?? 1);
  }
}

/** Whole or not at all: a state put together from halves is a wrong one. */
function takeSnapshot(work: Salvage, known: StoreState | undefined): void {
  const pieces = tryAll(work.from, work.dir, "SELECT part, id, body, sum FROM snapshot");
  const sound = pieces.every(([, , body, sum]) => typeof body === "string" && sumOf(body) === sum);
  if (known?.snapshotSeq === undefined || pieces.length !== known.snapshotPieces || !sound) return;
  const put = work.to.prepare("INSERT INTO snapshot VALUES (?, ?, ?, ?)");
  for (const cells of pieces) put.run(...(cells as string[]));
  work.to.state.snapshotSeq = known.snapshotSeq;
  work.to.state.snapshotPieces = pieces.length;
  work.rows += pieces.length;
}

function takeJournal(work: Salvage): void {
  const { from, dir, to } = work;
  const put = to.prepare("INSERT OR IGNORE INTO journal VALUES (?, ?, ?, ?, ?, ?)");
  const read = "SELECT seq, now_ms, type, credential, body, sum FROM journal WHERE seq > ? ORDER BY seq LIMIT ?";
  readRuns(from, dir, read, (cells) => {
    const [seq, nowMs, type, credential, body, sum] = cells;
    const sound =
      typeof nowMs === "number" && typeof type === "string" && typeof body === "string" && sumOf(body) === sum;
    if (!sound || !(credential === null || typeof credential === "string")) return;
    put.run(...(cells as string[]));
    carried(work);
    to.state.journalRows += 1;
    to.state.lastSeq = Math.max(to.state.lastSeq, seq as number);
    to.state.lastNowMs = nowMs;
  });
}

/** Tables of which every sound row stands for itself. */
function takeRows(work: Salvage): void {
  const { from, dir, to } = work;
  const alert = to.prepare("INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)");
  readRuns(
    from,
    dir,
    "SELECT rowid, id, space, kind, state, raised_ms, body, sum FROM alert WHERE rowid > ? ORDER BY rowid LIMIT ?",
    (cells) => {
      const [, id, space, kind, state, raisedMs, body, sum] = cells;
      const texts = [id, space, kind, state, body].every((cell) => typeof cell === "string");
      if (!texts || typeof raisedMs !== "number" || sumOf(body as string) !== sum) return;
      alert.run(...(cells.slice(1) as string[]));
      carried(work);
    },
  );
  const plain = [
    ["quarantine", "n, lane, seq, at_ms, reason, body"],
    ["rejection", "n, at_ms, device, reason"],
    ["gap", "n, lane, from_ms, to_ms, count, reason"],
  ] as const;
  for (const [table, columns] of plain) {
    const put = to.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${columns.replace(/\w+/g, "?")})`);
    readRuns(from, dir, `SELECT ${columns} FROM ${table} WHERE n > ? ORDER BY n LIMIT ?`, (cells) => {
      try {
        put.run(...(cells as string[]));
        carried(work);
      } catch (error) {
        if (!isConstraint(error)) throw error;
      }
    });
  }
  to.state.quarantined = Number(row(to.prepare("SELECT count(*) FROM quarantine").get())[0]);
  to.state.lastRejection = Number(row(to.prepare("SELECT max(n) FROM rejection").get())[0] ?? 0);
}

/** A cell of a rotten row may be of any type; such a row is left behind. */
function isConstraint(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && [19, 20].includes(Number(error.errcode) & 0xff);
}

function takeOutbox(work: Salvage, known: StoreState | undefined): void {
  const { from, dir, to } = work;
  const { next, waiting, references } = to.state;
  const put = to.prepare("INSERT OR IGNORE INTO outbox VALUES (?, ?, ?)");
  const entry = to.prepare("SELECT 1 FROM journal WHERE seq = ?");
  const lost = new Map<number, number>();
  const take = (cells: readonly unknown[]) => {
    const [key, journalSeq, text] = cells as readonly [number, unknown, unknown];
    const lane = keyLane(key);
    const index = uplinkIndex(lane);
    if (index >= to.uplinks.length) return;
    next[index] = Math.max(next[index] ?? 1, keySeq(key) + 1);
    const reading = typeof journalSeq === "number" && text === null && entry.get(journalSeq) !== undefined;
    if (!reading && !(journalSeq === null && typeof text === "string")) {
      lost.set(lane, (lost.get(lane) ?? 0) + 1);
      return;
    }
    if (put.run(key, journalSeq, text as string | null).changes === 0) return;
    carried(work);
    waiting[lane] = (waiting[lane] ?? 0) + 1;
    if (reading) references[lane] = Math.max(references[lane] ?? 0, journalSeq);
  };
  // Kept rows wait again: better twice than not at all.
  for (const table of ["outbox", "kept"]) {
    readRuns(from, dir, `SELECT key, journal_seq, text FROM ${table} WHERE key > ? ORDER BY key LIMIT ?`, take);
  }
  for (const lane of waiting.keys()) {
    const counted = (known?.waiting[lane] ?? 0) + (known?.kept[lane] ?? 0);
    const count = Math.max(lost.get(lane) ?? 0, counted - (waiting[lane] ?? 0));
    if (count > 0) addGap(to, lane, count, LOST);
  }
}

/** Without the counters nobody knows what was given out last; then the reserved numbers are skipped. */
function settleNumbers({ from, dir, to }: Salvage, known: StoreState | undefined, numbers: Numbers): void {
  const { state } = to;
  for (const [lane, seq] of tryAll(
    from,
    dir,
    `SELECT lane, max(seq) FROM quarantine GROUP BY lane / ${LANES_PER_UPLINK}`,
  )) {
    if (typeof lane !== "number" || typeof seq !== "number") continue;
    const index = uplinkIndex(lane);
    if (index < state.next.length) state.next[index] = Math.max(state.next[index] ?? 1, seq + 1);
  }
  if (known !== undefined) {
    state.batch = known.batch;
    state.uptimeMs = known.uptimeMs;
    state.lastNowMs = Math.max(state.lastNowMs, known.lastNowMs);
    state.lastSeq = Math.max(state.lastSeq, known.lastSeq);
    return;
  }
  state.lastSeq = Math.max(state.lastSeq, numbers.journal);
  for (const [index, name] of to.uplinks.entries()) {
    const used = state.next[index] ?? 1;
    const skipped = numbers.uplink(name) - used;
    if (skipped <= 0) continue;
    state.next[index] = numbers.uplink(name);
    addGap(to, laneId(index, laneName(0)), skipped, SKIPPED);
  }
}

function addGap(to: Connection, lane: number, count: number, reason: string): void {
  const { lastNowMs } = to.state;
  to.prepare("INSERT INTO gap (lane, from_ms, to_ms, count, reason) VALUES (?, ?, ?, ?, ?)").run(
    lane,
    lastNowMs,
    lastNowMs,
    count,
    reason,
  );
}
