/** Gathers writes into a batch, in the flat form that crosses to the storage thread, and leaves out what is on disk already. */
import type { JournalEntry, OutboxEntry, Settlement, Write } from "../core/ports.ts";
import { laneId } from "./lanes.ts";
import type { Batch, BatchSettle, Cell, EngineRecovered } from "./wire.ts";

/** A batch still open to more writes. */
export interface Gathering {
  readonly journal: Cell[];
  readonly outbox: Cell[];
  readonly alerts: Batch["alerts"][number][];
  readonly rejections: Batch["rejections"][number][];
  readonly settle: BatchSettle[];
  readonly snapshots: Batch["snapshots"][number][];
  readonly gapsDone: number[];
  resend: Batch["resend"];
  bytes: number;
}

export function gathering(): Gathering {
  return {
    journal: [],
    outbox: [],
    alerts: [],
    rejections: [],
    settle: [],
    snapshots: [],
    gapsDone: [],
    resend: null,
    bytes: 0,
  };
}

/** What a row costs beside its texts. */
const ROW_BYTES = 32;

export class Packer {
  readonly uplinks: string[];
  readonly #next: number[];
  #lastSeq: number;

  constructor(recovered: Pick<EngineRecovered, "uplinks" | "next" | "lastSeq">) {
    this.uplinks = [...recovered.uplinks];
    this.#next = [...recovered.next];
    this.#lastSeq = recovered.lastSeq;
  }

  /** Undefined for an uplink never used. */
  lane(uplink: string, lane: OutboxEntry["lane"]): number | undefined {
    const index = this.uplinks.indexOf(uplink);
    return index < 0 ? undefined : laneId(index, lane);
  }

  /** Rows whose numbers were given before are left out; a write made of such rows alone is left out whole. */
  add(write: Write, into: Gathering, graceMs: (keepUntilMs: number) => number): void {
    const before = into.journal.length + into.outbox.length;
    let bytes = this.#addJournal(write.journal ?? [], into) + this.#addOutbox(write.outbox ?? [], into);
    const numbered = (write.journal?.length ?? 0) + (write.outbox?.length ?? 0);
    if (numbered > 0 && into.journal.length + into.outbox.length === before) return;
    for (const alert of write.alerts ?? []) bytes += ROW_BYTES + alert.body.length;
    into.alerts.push(...(write.alerts ?? []));
    bytes += ROW_BYTES * (write.rejections?.length ?? 0);
    into.rejections.push(...(write.rejections ?? []));
    for (const settlement of write.settle ?? []) bytes += this.#addSettlement(settlement, into, graceMs);
    if (write.snapshot !== undefined) {
      into.snapshots.push(write.snapshot);
      for (const piece of write.snapshot.pieces) bytes += ROW_BYTES + (piece.body?.length ?? 0);
    }
    into.gapsDone.push(...(write.gapsDone ?? []));
    into.bytes += bytes;
  }

  #addJournal(entries: readonly JournalEntry[], { journal }: Gathering): number {
    let bytes = 0;
    for (const { seq, nowMs, type, credential, body } of entries) {
      if (seq <= this.#lastSeq) continue;
      this.#lastSeq = seq;
      journal.push(seq, nowMs, type, credential ?? null, body);
      bytes += ROW_BYTES + body.length;
    }
    return bytes;
  }

  #addOutbox(entries: readonly OutboxEntry[], { outbox }: Gathering): number {
    if (entries.length === 0) return 0;
    // Entries of one write may come in any order of lanes, so "given before" means before this write.
    const given = [...this.#next];
    let bytes = 0;
    for (const { uplink, lane, seq, text, journalSeq } of entries) {
      const index = this.#indexOf(uplink);
      if (seq < (given[index] ?? 0)) continue;
      if (seq >= (this.#next[index] ?? 0)) this.#next[index] = seq + 1;
      outbox.push(laneId(index, lane), seq, journalSeq ?? null, text ?? null);
      bytes += ROW_BYTES + (text?.length ?? 0);
    }
    return bytes;
  }

  #addSettlement(settlement: Settlement, { settle }: Gathering, graceMs: (keepUntilMs: number) => number): number {
    const lane = this.lane(settlement.uplink, settlement.lane);
    if (lane === undefined) return 0;
    const { keepUntilMs, rejected } = settlement;
    const accepted = runs(settlement.accepted);
    settle.push({ lane, accepted, keepMs: keepUntilMs === undefined ? null : graceMs(keepUntilMs), rejected });
    return ROW_BYTES * (accepted.length + rejected.length);
  }

  #indexOf(uplink: string): number {
    const index = this.uplinks.indexOf(uplink);
    if (index >= 0) return index;
    this.#next.push(0);
    return this.uplinks.push(uplink) - 1;
  }
}

/** Numbers as pairs of first and last of each run without holes: one range costs the disk less than its rows. */
export function runs(numbers: readonly number[]): number[] {
  const sorted = numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number))
    ? numbers
    : [...new Set(numbers)].sort((a, b) => a - b);
  const pairs: number[] = [];
  for (const n of sorted) {
    if (pairs.at(-1) === n - 1) pairs[pairs.length - 1] = n;
    else pairs.push(n, n);
  }
  return pairs;
}
