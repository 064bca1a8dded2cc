/** Changes that come close together, told together: the latest of each thing, or all of them in order up to a bound. */
import type { Clock } from "@gatehouse/protocol";

export const GATHER_MS = 250;

/** The latest of each key. `tell` is called at most every GATHER_MS, and never after `stop`. */
export class Latest<T> {
  readonly #clock: Clock;
  readonly #tell: (items: readonly T[]) => void;
  readonly #items = new Map<string, T>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(clock: Clock, tell: (items: readonly T[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(key: string, item: T): void {
    if (this.#stopped) return;
    this.#items.delete(key);
    this.#items.set(key, item);
    this.#cancel ??= this.#clock.after(GATHER_MS, () => this.#flush());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#items.clear();
  }

  #flush(): void {
    this.#cancel = undefined;
    const items = [...this.#items.values()];
    this.#items.clear();
    this.#tell(items);
  }
}

/** All of them, in order; beyond `most` the oldest go. */
export class Stream<T> {
  readonly #latest: Latest<T>;
  #count = 0;
  readonly #most: number;

  constructor(clock: Clock, most: number, tell: (items: readonly T[]) => void) {
    this.#most = most;
    this.#latest = new Latest(clock, (items) => tell(items.slice(-this.#most)));
  }

  add(item: T): void {
    this.#count += 1;
    // A place that is taken again is the oldest one of a full row.
    this.#latest.add(String(this.#count % this.#most), item);
  }

  stop(): void {
    this.#latest.stop();
  }
}
