/** The moments the core asked for, by name, and which of them comes first: in steps of the logarithm of their number, for a large site has thousands. */

/** `calendar` timers stand on the wall clock, the others on elapsed time. */
export interface Timer {
  readonly dueMs: number;
  readonly calendar: boolean;
}

interface Entry {
  readonly name: string;
  readonly timer: Timer;
  /** Place in the map: of two timers for the same moment the one set first comes first. */
  readonly rank: number;
  gone: boolean;
}

export class TimerQueue {
  readonly #entries = new Map<string, Entry>();
  /** A binary heap, and beside it when each of its entries is due; what is gone leaves it when it comes to the top. */
  #heap: Entry[] = [];
  #dues: number[] = [];
  #ranks = 0;

  /** A timer that is set anew keeps its place among those of the same moment, as a snapshot of the map does. */
  set(name: string, { dueMs, calendar }: Timer): void {
    const before = this.#entries.get(name);
    if (before !== undefined) before.gone = true;
    else this.#ranks++;
    const entry = { name, timer: { dueMs, calendar }, rank: before?.rank ?? this.#ranks, gone: false };
    this.#entries.set(name, entry);
    if (this.#heap.length > 2 * this.#entries.size + 64) {
      this.#heap = this.#heap.filter(({ gone }) => !gone).sort(order);
      this.#dues = this.#heap.map(({ timer }) => timer.dueMs);
    }
    this.#push(entry, dueMs);
  }

  /** False when there was none. */
  delete(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    entry.gone = true;
    return this.#entries.delete(name);
  }

  get(name: string): Timer | undefined {
    return this.#entries.get(name)?.timer;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  *[Symbol.iterator](): Generator<[string, Timer]> {
    for (const [name, { timer }] of this.#entries) yield [name, timer];
  }

  /** The one that is due first. */
  get next(): { readonly name: string; readonly dueMs: number } | undefined {
    while (this.#heap[0]?.gone) this.#pop();
    const top = this.#heap[0];
    return top === undefined ? undefined : { name: top.name, dueMs: top.timer.dueMs };
  }

  /** Infinity where there is none. */
  get nextDueMs(): number {
    while (this.#heap[0]?.gone) this.#pop();
    return this.#dues[0] ?? Number.POSITIVE_INFINITY;
  }

  #push(entry: Entry, dueMs: number): void {
    const [heap, dues] = [this.#heap, this.#dues];
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isFirst(parent, entry, dueMs)) break;
      heap[at] = heap[parent] as Entry;
      dues[at] = dues[parent] as number;
      at = parent;
    }
    heap[at] = entry;
    dues[at] = dueMs;
  }

  #pop(): void {
    const [heap, dues] = [this.#heap, this.#dues];
    const last = heap.pop() as Entry;
    const lastMs = dues.pop() as number;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isFirst(child + 1, heap[child] as Entry, dues[child] as number)) child++;
      if (!this.#isFirst(child, last, lastMs)) break;
      heap[at] = heap[child] as Entry;
      dues[at] = dues[child] as number;
      at = child;
    }
    heap[at] = last;
    dues[at] = lastMs;
  }

  /** The one at that place comes before the other. No two entries are alike. */
  #isFirst(at: number, other: Entry, otherMs: number): boolean {
    const dueMs = this.#dues[at] as number;
    return dueMs < otherMs || (dueMs === otherMs && order(this.#heap[at] as Entry, other) < 0);
  }
}

const order = (a: Entry, b: Entry): number => a.timer.dueMs - b.timer.dueMs || a.rank - b.rank;
