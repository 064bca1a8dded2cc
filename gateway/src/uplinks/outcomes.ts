/** What became of the items of one batch, as the answers come in. */
import type { Clock } from "@gatehouse/protocol";
import type { OutboxItem, SendResult } from "../core/ports.ts";

export type Outcome = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

export class Outcomes {
  readonly #open: Set<number>;
  readonly #accepted: number[] = [];
  readonly #rejected: { readonly seq: number; readonly reason: string }[] = [];
  #noted: () => void = () => {};

  constructor(batch: readonly OutboxItem[]) {
    this.#open = new Set(batch.map((item) => item.seq));
  }

  /** The first outcome of an item counts. */
  note(seq: number, outcome: Outcome): void {
    if (!this.#open.delete(seq)) return;
    if (outcome.accepted) this.#accepted.push(seq);
    else this.#rejected.push({ seq, reason: outcome.reason });
    this.#noted();
  }

  /** Resolves when every item has its outcome, when none has come for `silenceMs`, or when the signal aborts. */
  async settled(clock: Clock, silenceMs: number, signal: AbortSignal): Promise<void> {
    while (this.#open.size > 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const giveUp = () => resolve(false);
      this.#noted = () => resolve(true);
      const cancel = clock.after(silenceMs, giveUp);
      signal.addEventListener("abort", giveUp, { once: true });
      const heard = await promise;
      cancel();
      signal.removeEventListener("abort", giveUp);
      if (!heard) return;
    }
  }

  get isEmpty(): boolean {
    return this.#accepted.length + this.#rejected.length === 0;
  }

  result(): SendResult {
    return { accepted: this.#accepted, rejected: this.#rejected };
  }
}
