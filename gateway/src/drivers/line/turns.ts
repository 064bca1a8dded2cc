/** Turns on a line: one speaks at a time, and a turn that only waits, for the disk say, does not keep the line from the others. */
import type { Clock } from "@gatehouse/protocol";

/** Without a word for so long a turn is taken to be waiting. */
const WAITING_MS = 50;

export class Turns {
  readonly #clock: Clock;
  #speaking = 0;
  #speech: Promise<unknown> = Promise.resolve();
  /** Devices whose turn is not over, those that wait aside too. */
  readonly #open = new Map<string, number>();
  readonly #aside = new Set<Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isOpen(device: string): boolean {
    return this.#open.has(device);
  }

  /** One question at a time, in the order they are asked. */
  async speak<T>(ask: () => Promise<T>): Promise<T> {
    const mine = this.#speaking === 0 ? ask() : this.#speech.then(ask);
    this.#speaking += 1;
    this.#speech = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#speaking -= 1;
    }
  }

  /** Resolves when the turn is over, or waits; then it goes on aside, and `ended` is told how it ended. Throws what the turn throws until then. */
  async follow(device: string, turn: Promise<void>, ended: (failure: unknown) => void): Promise<void> {
    this.#open.set(device, (this.#open.get(device) ?? 0) + 1);
    const done = turn.finally(() => this.#close(device)).then(() => true);
    for (;;) {
      const awake = new AbortController();
      const waited = this.#clock.sleep(WAITING_MS, awake.signal).then(
        () => false,
        () => false,
      );
      const isOver = await Promise.race([done, waited]).finally(() => awake.abort());
      if (isOver) return;
      if (this.#speaking === 0) break;
    }
    const aside = done.then(
      () => ended(undefined),
      (failure: unknown) => ended(failure),
    );
    this.#aside.add(aside);
    void aside.then(() => this.#aside.delete(aside));
  }

  /** Resolves when no turn waits aside any more. */
  async over(): Promise<void> {
    await Promise.all(this.#aside);
  }

  #close(device: string): void {
    const count = (this.#open.get(device) ?? 1) - 1;
    if (count > 0) this.#open.set(device, count);
    else this.#open.delete(device);
  }
}
