/** Commands of a platform between their arrival and whoever takes them. Bounded: they expire within seconds anyway. */
import { Command } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";

const MAX_WAITING = 256;

export class CommandInbox {
  readonly #log: Logger;
  readonly #waiting: Command[] = [];
  #wake: () => void = () => {};

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What is no command, or one too many, is logged and left out. */
  offer(values: readonly unknown[]): void {
    for (const value of values) {
      const parsed = Command.safeParse(value);
      if (!parsed.success)
        this.#log.warn({ issue: parsed.error.issues[0] }, "the platform sent something that is no command");
      else if (this.#waiting.length >= MAX_WAITING)
        this.#log.warn({ id: parsed.data.id }, "too many commands waiting, one is dropped");
      else this.#waiting.push(parsed.data);
    }
    this.#wake();
  }

  /** Ends when the signal aborts. One taker at a time. */
  async *take(signal: AbortSignal): AsyncGenerator<Command> {
    const onAbort = () => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        const next = this.#waiting.shift();
        if (next !== undefined) yield next;
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
