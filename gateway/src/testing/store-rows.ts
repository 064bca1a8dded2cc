/** Rows to put into a store in tests. */

import type { Lane } from "@gatehouse/protocol";
import type { AlertRow, JournalEntry, OutboxEntry, Write } from "../core/ports.ts";

export function entry(seq: number, body: object = { device: `lock-${seq % 7}`, seq }): JournalEntry {
  const credential = seq % 2 === 0 ? { credential: `c_${String(seq).padStart(10, "0")}` } : {};
  return { seq, nowMs: 1_000_000 + seq * 10, type: "reading", body: JSON.stringify(body), ...credential };
}

export function owedReading(seq: number, journalSeq = seq, uplink = "city"): OutboxEntry {
  return { uplink, lane: "telemetry", seq, journalSeq };
}

export function owedEvent(seq: number, lane: Lane = "alert", uplink = "city"): OutboxEntry {
  const recordedtime = new Date(1_000_000 + seq * 10).toISOString();
  return { uplink, lane, seq, text: JSON.stringify({ sequence: seq, lane, recordedtime, data: { 楼: "3号楼302" } }) };
}

/** Readings `from` to `to` in the journal, each owed to `city` under the same number. */
export function readings(from: number, to: number, size = 0): Write {
  const seqs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const body = (seq: number) => (size === 0 ? undefined : { seq, filler: "x".repeat(size) });
  return { journal: seqs.map((seq) => entry(seq, body(seq))), outbox: seqs.map((seq) => owedReading(seq)) };
}

export function alert(id: string, state = "raised"): AlertRow {
  return { id, space: "F1", kind: "group-rental", state, raisedMs: 1_000, body: JSON.stringify({ id, state }) };
}
