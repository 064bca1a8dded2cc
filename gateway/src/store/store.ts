/** The store on the main thread: gathers writes while a transaction is in flight, and reads through the same storage thread. */
import { type Clock, ConfigError, type InvariantError, LinkError } from "@gatehouse/protocol";
import type { AlertPage, AlertsWanted } from "../core/alert-page.ts";
import type {
  AlertRow,
  AsideRow,
  Forgetting,
  Forgotten,
  GapRow,
  Health,
  JournalEntry,
  Logger,
  OutboxEntry,
  OutboxRow,
  Recovered,
  Store,
  StoreStats,
  Write,
} from "../core/ports.ts";
import type { Pragmas } from "./connection.ts";
import { EvictionReport } from "./eviction-report.ts";
import { LANES_PER_UPLINK, laneName, uplinkIndex } from "./lanes.ts";
import { type Gathering, Packer } from "./packer.ts";
import { releaseMemory } from "./release-memory.ts";
import { toGapRow, toJournal, toOutboxRows } from "./rows.ts";
import { checkSqlite } from "./sqlite-version.ts";
import { StorageThread } from "./thread.ts";
import type { Batch, EngineRecovered, Notice } from "./wire.ts";
import { type Manner, WriteQueue } from "./write-queue.ts";

export interface StoreOptions {
  /** The state folder; made when it is not there. Hold its lock first: two stores on one folder destroy each other. */
  readonly dir: string;
  /** Live pages and write-ahead log together. */
  readonly budgetBytes: number;
  /** Room held in reserve for the day the disk is full; 0 for none. */
  readonly ballastBytes: number;
  readonly log: Logger;
  readonly health: Health;
  readonly clock: Clock;
  /** Gaps as they come to be, like `recovered.gaps`. They stay on disk until a write names them in `gapsDone`. */
  readonly onGap?: (gaps: readonly GapRow[]) => void;
  /**
   * The store can go no further: its file turned out damaged (the next start puts it aside), or we are wrong. Every waiting call has been or
   * will be rejected with LinkError; end the process.
   */
  readonly onFatal?: (error: InvariantError) => void;
  /** For the proofs, which weaken them. */
  readonly pragmas?: Partial<Pragmas>;
}

const RESEND_ROWS = 5_000;
/** By then nothing of the start is under way any more. */
const STARTED_MS = 2_000;
/** Gaps are told with a commit a minute after the last telling, at the latest so long after the last eviction. */
const TELL_MS = 61_000;

/**
 * Resolves when the store is ready; waits for a failing or full disk, with a health code. Throws ConfigError where only the operator can help:
 * a schema of a later release, a folder that cannot be used, a damaged file that cannot be put aside, an SQLite too old.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  checkSqlite();
  const { dir, budgetBytes, ballastBytes, pragmas, log, health, clock } = options;
  const evictions = new EvictionReport(options);
  let store: WorkerStore | undefined;
  const thread = new StorageThread({
    engine: { dir, budgetBytes, ballastBytes, pragmas },
    clock,
    log,
    health,
    onNotice: (notice) => {
      evictions.tell(notice);
      store?.noticed(notice);
    },
    onFatal: options.onFatal ?? (() => {}),
  });
  const opened = await thread.ask({ op: "open" }).catch(async (error: unknown) => {
    evictions.close();
    await thread.end();
    throw error;
  });
  if ("refused" in opened) {
    evictions.close();
    await thread.end();
    throw new ConfigError(opened.refused);
  }
  store = new WorkerStore(options, thread, opened.recovered, evictions);
  const { quarantine } = store.recovered;
  if (quarantine !== undefined) {
    log.error(quarantine, "the database was damaged: put aside, and carried over what can be read");
    const detail = `${quarantine.reason}; ${quarantine.salvagedRows} rows carried over. Keep the file for analysis, or delete it`;
    health.raise("storage-quarantined", quarantine.file, detail);
  }
  return store;
}

class WorkerStore implements Store {
  readonly recovered: Recovered;
  readonly #options: StoreOptions;
  readonly #thread: StorageThread;
  readonly #evictions: EvictionReport;
  readonly #packer: Packer;
  readonly #startMonoMs: number;
  readonly #startUptimeMs: number;
  readonly #queue: WriteQueue;
  #lastBatch: number;
  #bytesInFlight = 0;
  #pump: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #cancelRelease: () => void;
  #cancelTelling: () => void = () => {};

  constructor(options: StoreOptions, thread: StorageThread, recovered: EngineRecovered, evictions: EvictionReport) {
    this.#options = options;
    this.#thread = thread;
    this.#evictions = evictions;
    this.#packer = new Packer(recovered);
    this.#queue = new WriteQueue(options.clock, () => {
      this.#pump ??= this.#commitAll();
    });
    this.#startMonoMs = options.clock.monoMs();
    this.#startUptimeMs = recovered.uptimeMs;
    this.#lastBatch = recovered.batch;
    const { lastSeq, lastNowMs, snapshot, quarantine, uplinks, next } = recovered;
    const nextSequence = new Map(uplinks.map((uplink, index) => [uplink, next[index] ?? 1]));
    const gaps = recovered.gaps.map((gap) => toGapRow(gap, uplinks));
    this.#cancelRelease = options.clock.after(STARTED_MS, () => this.#releaseMemory());
    this.recovered = { lastSeq, lastNowMs, snapshot, nextSequence, gaps, quarantine };
  }

  get pendingBytes(): number {
    return this.#queue.bytes + this.#bytesInFlight;
  }

  async write(write: Write, when: "now" | "soon" = "now"): Promise<void> {
    await this.#gather((rows) => this.#packer.add(write, rows, this.#graceMs), { when });
  }

  async waiting(
    uplink: string,
    lane: OutboxEntry["lane"],
    after: number,
    limit: number,
    maxBytes: number,
  ): Promise<OutboxRow[]> {
    const id = this.#packer.lane(uplink, lane);
    if (id === undefined) return [];
    return toOutboxRows(await this.#thread.ask({ op: "waiting", lane: id, after, limit, maxBytes }));
  }

  async resend(uplink: string): Promise<number> {
    const index = this.#packer.uplinks.indexOf(uplink);
    if (index < 0) return 0;
    for (let total = 0; ; ) {
      const fill = (rows: Gathering) => {
        rows.resend = { uplink: index, limit: RESEND_ROWS };
      };
      const moved = await this.#gather(fill, { when: "now", alone: true });
      total += moved;
      if (moved < RESEND_ROWS) return total;
    }
  }

  async journal(after: number, limit: number): Promise<JournalEntry[]> {
    return toJournal(await this.#thread.ask({ op: "journal", after, limit }));
  }

  async alerts(): Promise<readonly AlertRow[]> {
    return await this.#thread.ask({ op: "alerts" });
  }

  async alertPage(wanted: AlertsWanted): Promise<AlertPage> {
    return await this.#thread.ask({ op: "alert-page", ...wanted });
  }

  async setAside(uplink: string): Promise<readonly AsideRow[]> {
    const index = this.#packer.uplinks.indexOf(uplink);
    if (index < 0) return [];
    const from = index * LANES_PER_UPLINK;
    const rows = await this.#thread.ask({ op: "set-aside", from, to: from + LANES_PER_UPLINK - 1 });
    return rows.map(([lane, seq, atMs, reason, text]) => ({ seq, lane: laneName(lane), atMs, reason, text }));
  }

  async forget(due: Forgetting): Promise<Forgotten> {
    return await this.#thread.ask({ op: "forget", ...due });
  }

  async stats(): Promise<StoreStats> {
    const { backlog, kept, ...stats } = await this.#thread.ask({ op: "stats" });
    const nameOf = (lane: number): string => this.#packer.uplinks[uplinkIndex(lane)] ?? "";
    const named = backlog.map(({ lane, count, oldestSeq }) => ({
      uplink: nameOf(lane),
      lane: laneName(lane),
      count,
      oldestSeq,
    }));
    const inGrace = kept.map(({ lane, count }) => ({ uplink: nameOf(lane), count }));
    return { ...stats, budgetBytes: this.#options.budgetBytes, backlog: named, inGrace };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  noticed({ gaps, evicted }: Notice): void {
    if (gaps !== undefined) this.#options.onGap?.(gaps.map((gap) => toGapRow(gap, this.#packer.uplinks)));
    if (evicted === undefined || this.#closing !== undefined) return;
    this.#cancelTelling();
    this.#cancelTelling = this.#options.clock.after(TELL_MS, () => void this.write({}).catch(() => {}));
  }

  #gather(fill: (rows: Gathering) => void, manner: Manner): Promise<number> {
    if (this.#closing !== undefined) return Promise.reject(new LinkError("closed", "the store is closed"));
    return this.#queue.add(fill, manner);
  }

  /** One transaction in flight; what is written meanwhile gathers in the queue. */
  async #commitAll(): Promise<void> {
    // Writes of the same turn of the event loop go together.
    await undefined;
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      const { rows, done } = next;
      this.#bytesInFlight = rows.bytes;
      try {
        const { resent } = await this.#thread.ask({ op: "commit", batch: this.#seal(rows) });
        this.#bytesInFlight = 0;
        done.resolve(resent);
      } catch (error) {
        // Nothing behind a lost batch may be committed: order is a promise too.
        done.reject(error);
        this.#queue.reject(error);
        this.#closing ??= this.#thread.end();
      }
    }
    this.#pump = undefined;
  }

  #seal(rows: Gathering): Batch {
    const { clock } = this.#options;
    this.#lastBatch += 1;
    const { bytes: _, ...parts } = rows;
    const uptimeMs = this.#startUptimeMs + clock.monoMs() - this.#startMonoMs;
    return { ...parts, number: this.#lastBatch, uptimeMs, nowMs: clock.nowMs(), uplinks: this.#packer.uplinks };
  }

  /** World time to ms of store time, which steps of the wall clock do not touch. */
  readonly #graceMs = (keepUntilMs: number): number => {
    const { clock } = this.#options;
    return Math.max(0, (keepUntilMs - clock.nowMs()) / clock.scale);
  };

  /** The start took more than anything after it: both threads give back what they can, this one first. */
  #releaseMemory(): void {
    releaseMemory();
    this.#thread.ask({ op: "release-memory" }).catch(() => {});
  }

  async #close(): Promise<void> {
    this.#cancelRelease();
    this.#cancelTelling();
    this.#evictions.close();
    this.#thread.giveUpSoon();
    this.#queue.hurry();
    await this.#pump;
    try {
      await this.#thread.ask({ op: "close" });
    } catch (error) {
      this.#options.log.warn({ err: error }, "the store closed without a last checkpoint");
    }
    await this.#thread.end();
  }
}
