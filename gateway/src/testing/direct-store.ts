/** The real storage engine without its thread: for tests and proofs that look at what a crash or a fault left behind. */
import type { Lane } from "@gatehouse/protocol";
import type { AlertRow, JournalEntry, OutboxRow, Recovered, Settlement, StoreStats, Write } from "../core/ports.ts";
import { Engine, type EngineOptions } from "../store/engine.ts";
import { laneName, uplinkIndex } from "../store/lanes.ts";
import { gathering, Packer } from "../store/packer.ts";
import { toGapRow, toJournal, toOutboxRows } from "../store/rows.ts";
import type { Batch, CommitAnswer, Notice } from "../store/wire.ts";

export type { Batch, EngineOptions };

/** Store time stands still unless a test moves it. */
export class DirectStore {
  readonly engine: Engine;
  readonly recovered: Recovered;
  uptimeMs: number;
  readonly #packer: Packer;
  #lastBatch: number;

  constructor(options: EngineOptions) {
    const engine = Engine.open(options);
    if ("refused" in engine) throw new TypeError(`refused: ${engine.refused.reason}`);
    this.engine = engine;
    const { recovered } = engine;
    this.#packer = new Packer(recovered);
    this.#lastBatch = recovered.batch;
    this.uptimeMs = recovered.uptimeMs;
    const nextSequence = new Map(recovered.uplinks.map((name, index) => [name, recovered.next[index] ?? 1]));
    const gaps = recovered.gaps.map((gap) => toGapRow(gap, recovered.uplinks));
    const { lastSeq, lastNowMs, snapshot, quarantine } = recovered;
    this.recovered = { lastSeq, lastNowMs, snapshot, nextSequence, gaps, quarantine };
  }

  /** Writes packed into a batch; commit it with {@link commit}, as often as it takes. */
  pack(...writes: readonly Write[]): Batch {
    const rows = gathering();
    // Grace periods count from store time 0 here.
    for (const write of writes) this.#packer.add(write, rows, (keepUntilMs) => keepUntilMs - this.uptimeMs);
    this.#lastBatch += 1;
    const { bytes: _, ...parts } = rows;
    return {
      ...parts,
      number: this.#lastBatch,
      uptimeMs: this.uptimeMs,
      nowMs: this.uptimeMs,
      uplinks: this.#packer.uplinks,
    };
  }

  commit(batch: Batch): CommitAnswer {
    return this.engine.commit(batch);
  }

  write(...writes: readonly Write[]): void {
    this.commit(this.pack(...writes));
  }

  settle(settlement: Settlement): void {
    this.write({ settle: [settlement] });
  }

  resend(uplink: string, limit = 1_000_000): number {
    const batch = this.pack({});
    return this.commit({ ...batch, resend: { uplink: this.#packer.uplinks.indexOf(uplink), limit } }).resent;
  }

  waiting(uplink: string, lane: Lane, after = 0, limit = 1_000_000, maxBytes = 1e9): OutboxRow[] {
    const id = this.#packer.lane(uplink, lane);
    return id === undefined ? [] : toOutboxRows(this.engine.waiting(id, after, limit, maxBytes));
  }

  journal(after = 0, limit = 1_000_000): JournalEntry[] {
    return toJournal(this.engine.journal(after, limit));
  }

  alerts(): AlertRow[] {
    return this.engine.alerts();
  }

  stats(): Omit<StoreStats, "budgetBytes"> {
    const { backlog, kept, ...stats } = this.engine.stats();
    const nameOf = (lane: number): string => this.#packer.uplinks[uplinkIndex(lane)] ?? "";
    const named = backlog.map(({ lane, count, oldestSeq }) => ({
      uplink: nameOf(lane),
      lane: laneName(lane),
      count,
      oldestSeq,
    }));
    const inGrace = kept.map(({ lane, count }) => ({ uplink: nameOf(lane), count }));
    return { ...stats, backlog: named, inGrace };
  }

  /** Housekeeping until there is no more to do; what it had to say. */
  keepHouse(): Notice[] {
    const notices: Notice[] = [];
    for (;;) {
      const { more, ...notice } = this.engine.idleStep();
      if (Object.keys(notice).length > 0) notices.push(notice);
      if (!more) return notices;
    }
  }

  close(): void {
    this.engine.close();
  }
}
