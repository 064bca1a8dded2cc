/** Rows as they come from the storage thread, made into the port's objects. */
import type { GapRow, JournalEntry, OutboxRow } from "../core/ports.ts";
import { laneName, uplinkIndex } from "./lanes.ts";
import { type Cell, type GapRecord, JOURNAL_CELLS, WAITING_CELLS } from "./wire.ts";

export function toJournal(cells: readonly Cell[]): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let i = 0; i < cells.length; i += JOURNAL_CELLS) entries.push(entryAt(cells, i));
  return entries;
}

export function toOutboxRows(cells: readonly Cell[]): OutboxRow[] {
  const rows: OutboxRow[] = [];
  for (let i = 0; i < cells.length; i += WAITING_CELLS) {
    const seq = cells[i] as number;
    const text = cells[i + 1] as string | null;
    rows.push(text === null ? { seq, reading: entryAt(cells, i + 2) } : { seq, text });
  }
  return rows;
}

function entryAt(cells: readonly Cell[], at: number): JournalEntry {
  const credential = cells[at + 3] as string | null;
  return {
    seq: cells[at] as number,
    nowMs: cells[at + 1] as number,
    type: cells[at + 2] as string,
    body: cells[at + 4] as string,
    ...(credential === null ? {} : { credential }),
  };
}

export function toGapRow(gap: GapRecord, uplinks: readonly string[]): GapRow {
  const { n, fromMs, toMs, count, reason } = gap;
  if (gap.lane === null) return { n, lane: "telemetry", fromMs, toMs, count, reason };
  return { n, uplink: uplinks[uplinkIndex(gap.lane)], lane: laneName(gap.lane), fromMs, toMs, count, reason };
}
