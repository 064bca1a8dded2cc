/** Commands of a platform between their arrival and whoever takes them. Bounded: they expire within seconds anyway. */
import type { Command } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";

const MAX_WAITING = 256;

export class CommandInbox {
  readonly #log: Logger;
  readonly #waiting: Command[] = [];
  #wake: () => void = () => {};

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Unchecked: whoever takes them counts and judges them. One too many is logged and left out. */
  offer(values: readonly unknown[]): void {
    for (const value of values) {
      if (this.#waiting.length >= MAX_WAITING) this.#log.warn({}, "too many commands waiting, one is dropped");
      else this.#waiting.push(value);
    }
    this.#wake();
  }

  /** Ends when the signal aborts. One taker at a time. */
  async *take(signal: AbortSignal): AsyncGenerator<Command> {
    const onAbort = () => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        if (this.#waiting.length > 0) yield this.#waiting.shift();
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}
