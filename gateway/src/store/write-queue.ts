/** Writes on their way to disk, in order and gathered into batches. The oldest batch may be taken once somebody waits for one of them. */
import type { Clock } from "@gatehouse/protocol";
import { type Gathering, gathering } from "./packer.ts";

/** A batch grows no further, so that a long outage does not end in one endless transaction. */
const MAX_BATCH_BYTES = 1024 * 1024;
/** What may come soon waits so long at the most for a write to ride with. */
const SOON_MS = 50;

export interface Pending {
  readonly rows: Gathering;
  readonly done: PromiseWithResolvers<number>;
}

export interface Manner {
  readonly when: "now" | "soon";
  /** In a batch of its own. */
  readonly alone?: boolean;
}

export class WriteQueue {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** Oldest first; the last one still takes writes. */
  readonly #queue: (Pending & { isDue: boolean })[] = [];
  #bytes = 0;
  /** Set while all that waits may come soon. */
  #cancelSoon: (() => void) | undefined;

  /** `onDue` is called whenever there is something to take. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves as the batch does that `fill` wrote to. */
  add(fill: (rows: Gathering) => void, { when, alone = false }: Manner): Promise<number> {
    let last = this.#queue.at(-1);
    if (alone || last === undefined || last.rows.resend !== null || last.rows.bytes > MAX_BATCH_BYTES) {
      last = { rows: gathering(), done: Promise.withResolvers<number>(), isDue: false };
      this.#queue.push(last);
    }
    const before = last.rows.bytes;
    fill(last.rows);
    this.#bytes += last.rows.bytes - before;
    last.isDue ||= when === "now";
    this.#watch();
    return last.done.promise;
  }

  /** The oldest batch, closed to more writes; undefined while nothing is due. */
  take(): Pending | undefined {
    const next = this.#isDue ? this.#queue.shift() : undefined;
    if (next !== undefined) this.#bytes -= next.rows.bytes;
    return next;
  }

  /** What may come soon is due now. */
  hurry(): void {
    for (const pending of this.#queue) pending.isDue = true;
    this.#watch();
  }

  /** Lets go of everything. */
  reject(error: unknown): void {
    for (const { done } of this.#queue.splice(0)) done.reject(error);
    this.#bytes = 0;
    this.#watch();
  }

  get #isDue(): boolean {
    return this.#queue.some((pending) => pending.isDue);
  }

  #watch(): void {
    if (this.#queue.length > 0 && !this.#isDue) {
      this.#cancelSoon ??= this.#clock.after(SOON_MS, () => this.hurry());
      return;
    }
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
    if (this.#queue.length > 0) this.#onDue();
  }
}
