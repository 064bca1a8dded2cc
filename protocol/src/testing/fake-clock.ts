/** A clock that moves only when a test says so. */
import { type Clock, sleepOn } from "../clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  readonly scale = 1;
  #nowMs: number;
  #monoMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = Date.UTC(2026, 0, 5)) {
    this.#nowMs = startMs;
  }

  nowMs = (): number => this.#nowMs;
  monoMs = (): number => this.#monoMs;

  after = (ms: number, callback: () => void): (() => void) => {
    const timer = { dueMs: this.#monoMs + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  sleep = sleepOn(this.after);

  /** How many sleeps and timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** How far off the last of them is, ms; 0 without any. */
  get longestMs(): number {
    return Math.max(0, ...[...this.#timers].map(({ dueMs }) => dueMs - this.#monoMs));
  }

  /** Lets `ms` pass: fires what falls due in order, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monoMs + ms;
    await settle();
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#move(next.dueMs - this.#monoMs);
      next.callback();
      await settle();
    }
    this.#move(untilMs - this.#monoMs);
  }

  /** Steps world time without monotonic time passing, as NTP or an operator does. */
  step(ms: number): void {
    this.#nowMs += ms;
  }

  #move(ms: number): void {
    this.#nowMs += ms;
    this.#monoMs += ms;
  }
}

/** Lets everything that waits only for microtasks and immediates run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
