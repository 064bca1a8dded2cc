/** A store in memory for tests of the core: commits when told to, or at once. */
import type { AlertPage, AlertsWanted } from "../core/alert-page.ts";
import type {
  AlertRow,
  AsideRow,
  Forgotten,
  GapRow,
  JournalEntry,
  OutboxEntry,
  OutboxRow,
  Recovered,
  Snapshot,
  Store,
  StoreStats,
  Write,
} from "../core/ports.ts";

export interface MemoryStoreOptions {
  /** False: writes wait for `commit()`. */
  readonly autoCommit?: boolean;
}

export class MemoryStore implements Store {
  readonly entries: JournalEntry[] = [];
  readonly outbox: OutboxEntry[] = [];
  readonly rejected: { readonly seq: number; readonly reason: string }[] = [];
  readonly rejections: unknown[] = [];
  readonly #alerts = new Map<string, AlertRow>();
  readonly #pieces = new Map<string, Snapshot["pieces"][number]>();
  readonly #auto: boolean;
  readonly #nextSequence = new Map<string, number>();
  #snapshotSeq = 0;
  #waiting: { readonly write: Write; readonly resolve: () => void }[] = [];

  constructor({ autoCommit = true }: MemoryStoreOptions = {}) {
    this.#auto = autoCommit;
  }

  get recovered(): Recovered {
    return {
      lastSeq: this.entries.at(-1)?.seq ?? 0,
      lastNowMs: this.entries.at(-1)?.nowMs ?? 0,
      snapshot: this.#snapshotSeq === 0 ? undefined : { seq: this.#snapshotSeq, pieces: [...this.#pieces.values()] },
      nextSequence: this.#nextSequence,
      gaps: [] as GapRow[],
      quarantine: undefined,
    };
  }

  get pendingBytes(): number {
    return 0;
  }

  write(write: Write): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ write, resolve });
      if (this.#auto) this.commit();
    });
  }

  /** Lands everything written so far. */
  commit(): void {
    for (const { write, resolve } of this.#waiting.splice(0)) {
      this.#apply(write);
      resolve();
    }
  }

  /** What a crash would leave: everything not committed is gone. */
  crash(): void {
    this.#waiting = [];
  }

  async waiting(uplink: string, lane: string, afterSeq: number, limit: number): Promise<readonly OutboxRow[]> {
    const rows = this.outbox.filter((row) => row.uplink === uplink && row.lane === lane && row.seq > afterSeq);
    return rows.slice(0, limit).map((row) => {
      const reading = this.entries.find((entry) => entry.seq === row.journalSeq);
      return {
        seq: row.seq,
        ...(row.text === undefined ? {} : { text: row.text }),
        ...(reading === undefined ? {} : { reading }),
      };
    });
  }

  resend = async (): Promise<number> => 0;

  async journal(afterSeq: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.entries.filter((entry) => entry.seq > afterSeq).slice(0, limit);
  }

  forget = async (): Promise<Forgotten> => ({ removed: 0, last: null, settled: 0 });
  setAside = async (): Promise<readonly AsideRow[]> => [];
  alerts = async (): Promise<readonly AlertRow[]> => [...this.#alerts.values()];

  async alertPage({ behind, limit, without = [], level, ...same }: AlertsWanted): Promise<AlertPage> {
    const wanted = [...this.#alerts.values()].filter((row) => {
      const isSame = Object.entries(same).every(([key, value]) => value === undefined || row[key as "id"] === value);
      return isSame && !without.includes(row.id) && (level === undefined || JSON.parse(row.body).level === level);
    });
    wanted.sort((a, b) => b.raisedMs - a.raisedMs || (a.id < b.id ? 1 : -1));
    const isBehind = ({ raisedMs, id }: AlertRow) =>
      behind === undefined || raisedMs < behind.raisedMs || (raisedMs === behind.raisedMs && id < behind.id);
    return { rows: wanted.filter(isBehind).slice(0, limit), total: wanted.length };
  }

  stats = async (): Promise<StoreStats> => ({
    usedBytes: 0,
    budgetBytes: 0,
    backlog: [],
    inGrace: [],
    quarantined: this.rejected.length,
    journalRows: this.entries.length,
  });

  async close(): Promise<void> {
    this.commit();
  }

  #apply(write: Write): void {
    this.entries.push(...(write.journal ?? []));
    this.outbox.push(...(write.outbox ?? []));
    for (const { uplink, seq } of write.outbox ?? []) this.#nextSequence.set(uplink, seq + 1);
    this.rejections.push(...(write.rejections ?? []));
    for (const alert of write.alerts ?? []) this.#alerts.set(alert.id, alert);
    for (const { uplink, lane, accepted, rejected } of write.settle ?? []) {
      this.rejected.push(...rejected);
      const gone = new Set([...accepted, ...rejected.map(({ seq }) => seq)]);
      const rest = this.outbox.filter((row) => row.uplink !== uplink || row.lane !== lane || !gone.has(row.seq));
      this.outbox.splice(0, this.outbox.length, ...rest);
    }
    if (write.snapshot === undefined) return;
    this.#snapshotSeq = write.snapshot.seq;
    for (const piece of write.snapshot.pieces) {
      const key = `${piece.part}/${piece.id}`;
      if (piece.body === null) this.#pieces.delete(key);
      else this.#pieces.set(key, piece);
    }
  }
}
