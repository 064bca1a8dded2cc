/** One lane of an outbox: hands out waiting items in order, the fresh ones from memory, a backlog from disk. */
import type { Lane } from "@gatehouse/protocol";
import type { JournalEntry, OutboxEntry, OutboxItem, Store } from "./ports.ts";

export interface LaneQueueOptions {
  readonly uplink: string;
  readonly lane: Lane;
  readonly store: Pick<Store, "waiting">;
  readonly text: (entry: JournalEntry, seq: number) => string;
  /** Called whenever nothing waits that was not handed out. */
  readonly caughtUp: () => void;
}

/** Fresh items held in memory at the most; beyond it they are read from disk, so that an outage costs no memory. */
const MAX_FRESH = 2_000;
const MAX_FRESH_BYTES = 2 * 1024 * 1024;

interface Fresh {
  readonly entry: OutboxEntry;
  readonly reading: JournalEntry | undefined;
  readonly bytes: number;
}

export class LaneQueue {
  readonly lane: Lane;
  readonly #options: LaneQueueOptions;
  /** Highest sequence handed out. */
  #cursor = 0;
  /** Highest sequence known to be on disk. */
  #committed = 0;
  /** True while the disk may hold items behind the cursor that are not in `#fresh`. */
  #behind = true;
  #fresh: Fresh[] = [];
  #freshBytes = 0;
  #kept: readonly OutboxItem[] = [];
  #wake: (() => void) | undefined;

  constructor(options: LaneQueueOptions) {
    this.#options = options;
    this.lane = options.lane;
  }

  committed(entry: OutboxEntry, reading: JournalEntry | undefined): void {
    this.#committed = entry.seq;
    if (!this.#behind) {
      const bytes = (entry.text ?? reading?.body ?? "").length;
      if (this.#fresh.length < MAX_FRESH && this.#freshBytes + bytes < MAX_FRESH_BYTES) {
        this.#fresh.push({ entry, reading, bytes });
        this.#freshBytes += bytes;
      } else this.#behind = true;
    }
    this.#wake?.();
  }

  /** Starts over from what is on disk: whatever was handed out and not settled waits again. */
  rewind(): void {
    this.#cursor = 0;
    this.#kept = [];
    this.#dropFresh();
  }

  /** Items that were neither taken nor refused go first in the next batch. */
  putBack(items: readonly OutboxItem[]): void {
    this.#kept = [...items, ...this.#kept];
  }

  /** Resolves with at least one item; rejects with the signal's reason when it aborts. */
  async take(limit: number, maxBytes: number, signal: AbortSignal): Promise<readonly OutboxItem[]> {
    for (;;) {
      signal.throwIfAborted();
      const kept = this.#kept.slice(0, limit);
      this.#kept = this.#kept.slice(limit);
      const more = kept.length < limit ? await this.#next(limit - kept.length, maxBytes) : [];
      if (kept.length + more.length > 0) return [...kept, ...more];
      await this.#sleep(signal);
    }
  }

  async #next(limit: number, maxBytes: number): Promise<OutboxItem[]> {
    if (this.#fresh.length > 0) return this.#takeFresh(limit, maxBytes);
    if (!this.#behind) return [];
    const committed = this.#committed;
    const { uplink, lane, store } = this.#options;
    const rows = await store.waiting(uplink, lane, this.#cursor, limit, maxBytes);
    // Caught up only if nothing was committed while the disk was read.
    if (rows.length === 0 && committed === this.#committed) this.#behind = false;
    const last = rows.at(-1);
    if (last !== undefined) this.#cursor = last.seq;
    if (rows.length === 0 && this.#behind) return this.#next(limit, maxBytes);
    return rows.map((row) => ({ seq: row.seq, lane, text: row.text ?? this.#compose(row.reading, row.seq) }));
  }

  #takeFresh(limit: number, maxBytes: number): OutboxItem[] {
    let count = 0;
    let bytes = 0;
    for (const fresh of this.#fresh) {
      if (count >= limit || (count > 0 && bytes + fresh.bytes > maxBytes)) break;
      bytes += fresh.bytes;
      count += 1;
    }
    const taken = this.#fresh.splice(0, count);
    this.#freshBytes -= bytes;
    const last = taken.at(-1);
    if (last !== undefined) this.#cursor = last.entry.seq;
    return taken.map(({ entry, reading }) => ({
      seq: entry.seq,
      lane: this.lane,
      text: entry.text ?? this.#compose(reading, entry.seq),
    }));
  }

  #compose(reading: JournalEntry | undefined, seq: number): string {
    return reading === undefined ? "" : this.#options.text(reading, seq);
  }

  #dropFresh(): void {
    this.#fresh = [];
    this.#freshBytes = 0;
    this.#behind = true;
  }

  /** Returns at once when something was committed since the lane was found empty. */
  async #sleep(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#fresh.length > 0 || this.#behind) return;
    this.#options.caughtUp();
    await this.#woken(signal);
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#wake = undefined;
        reject(signal.reason);
      };
      this.#wake = () => {
        this.#wake = undefined;
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
