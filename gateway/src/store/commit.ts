/** Puts a batch on disk in one transaction, once. */
import type { AlertRow, RejectionRow, Snapshot } from "../core/ports.ts";
import { type Connection, sumOf } from "./connection.ts";
import { rowKey, uplinkIndex } from "./lanes.ts";
import type { Numbers } from "./numbers.ts";
import { resend, settle } from "./settle.ts";
import { addUplink } from "./state.ts";
import { type Batch, type Cell, type CommitAnswer, JOURNAL_CELLS, OUTBOX_CELLS } from "./wire.ts";

/** The ring of rejected items. */
const MAX_REJECTIONS = 10_000;

/** Throws where the disk does; then the connection must be given up, since nobody knows whether the commit is on disk. */
export function commitBatch(connection: Connection, batch: Batch, numbers: Numbers): CommitAnswer {
  const { state } = connection;
  if (batch.number > state.batch) {
    connection.begin();
    state.batch = batch.number;
    state.uptimeMs = Math.max(state.uptimeMs, batch.uptimeMs);
    addUplinks(connection, batch.uplinks);
    addJournal(connection, batch.journal);
    addOutbox(connection, batch.outbox);
    putAlerts(connection, batch.alerts);
    addRejections(connection, batch.rejections);
    for (const each of batch.settle) settle(connection, each, batch.nowMs);
    state.resent = batch.resend === null ? 0 : resend(connection, batch.resend.uplink, batch.resend.limit);
    for (const snapshot of batch.snapshots) putSnapshot(connection, snapshot);
    const removeGap = connection.prepare("DELETE FROM gap WHERE n = ?");
    for (const n of batch.gapsDone) removeGap.run(n);
    numbers.reserve(state.lastSeq, connection.uplinks, state.next);
    connection.commit();
  }
  return { resent: state.resent };
}

function addUplinks(connection: Connection, names: readonly string[]): void {
  const { uplinks, state } = connection;
  for (const name of names.slice(uplinks.length)) {
    connection.prepare("INSERT INTO uplink VALUES (?, ?)").run(uplinks.length, name);
    uplinks.push(name);
    addUplink(state);
  }
}

function addJournal(connection: Connection, cells: readonly Cell[]): void {
  if (cells.length === 0) return;
  const { state } = connection;
  const insert = connection.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)");
  for (let i = 0; i < cells.length; i += JOURNAL_CELLS) {
    const body = cells[i + 4] as string;
    insert.run(cells[i] as Cell, cells[i + 1] as Cell, cells[i + 2] as Cell, cells[i + 3] as Cell, body, sumOf(body));
  }
  state.journalRows += cells.length / JOURNAL_CELLS;
  state.lastSeq = cells[cells.length - JOURNAL_CELLS] as number;
  state.lastNowMs = cells[cells.length - JOURNAL_CELLS + 1] as number;
}

function addOutbox(connection: Connection, cells: readonly Cell[]): void {
  const { waiting, references, next } = connection.state;
  const insert = connection.prepare("INSERT INTO outbox VALUES (?, ?, ?)");
  for (let i = 0; i < cells.length; i += OUTBOX_CELLS) {
    const lane = cells[i] as number;
    const seq = cells[i + 1] as number;
    const journalSeq = cells[i + 2] as number | null;
    insert.run(rowKey(lane, seq), journalSeq, cells[i + 3] as Cell);
    waiting[lane] = (waiting[lane] ?? 0) + 1;
    if (journalSeq !== null) references[lane] = journalSeq;
    const uplink = uplinkIndex(lane);
    if (seq >= (next[uplink] ?? 0)) next[uplink] = seq + 1;
  }
}

function putAlerts(connection: Connection, alerts: readonly AlertRow[]): void {
  const put = connection.prepare("INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const { id, space, kind, state, raisedMs, body } of alerts) {
    put.run(id, space, kind, state, raisedMs, body, sumOf(body));
  }
}

function addRejections(connection: Connection, rejections: readonly RejectionRow[]): void {
  if (rejections.length === 0) return;
  const { state } = connection;
  const insert = connection.prepare("INSERT INTO rejection VALUES (?, ?, ?, ?)");
  for (const { atMs, device, reason } of rejections) insert.run(++state.lastRejection, atMs, device, reason);
  connection.prepare("DELETE FROM rejection WHERE n <= ?").run(state.lastRejection - MAX_REJECTIONS);
}

function putSnapshot(connection: Connection, snapshot: Snapshot): void {
  const { state } = connection;
  const put = connection.prepare("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?)");
  const remove = connection.prepare("DELETE FROM snapshot WHERE part = ? AND id = ?");
  for (const { part, id, body } of snapshot.pieces) {
    if (body === null) remove.run(part, id);
    else put.run(part, id, body, sumOf(body));
  }
  state.snapshotSeq = snapshot.seq;
  state.lastSeq = Math.max(state.lastSeq, snapshot.seq);
  // The count tells a whole snapshot from the rest of one in a damaged file.
  const [pieces] = connection.prepare("SELECT count(*) FROM snapshot").get() as unknown as [number];
  state.snapshotPieces = pieces;
}
