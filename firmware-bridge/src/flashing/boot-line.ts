/** Question and answer over a wire: what has come in since the question, until it is an answer or time is up. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { Wire } from "../wire.ts";

export class BootLine {
  readonly #wire: Wire;
  readonly #clock: Clock;
  #held = new Uint8Array(0);
  #changed: () => void = () => {};
  #closed: string | undefined;

  constructor(wire: Wire, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
    wire.onBytes((bytes) => {
      this.#held = Uint8Array.from([...this.#held, ...bytes]);
      this.#changed();
    });
    wire.onClosed((why) => {
      this.#closed = why;
      this.#changed();
    });
  }

  /** Forgets what came in before, asks, and waits until `read` makes something of the bytes. Undefined when time is up. Throws LinkError when the line goes. */
  async ask<Answer>(
    question: Uint8Array,
    withinMs: number,
    read: (bytes: Uint8Array) => Answer | undefined,
  ): Promise<Answer | undefined> {
    this.#held = new Uint8Array(0);
    this.#wire.write(question);
    const untilMs = this.#clock.monoMs() + withinMs;
    for (;;) {
      if (this.#closed !== undefined) throw new LinkError("closed", `the line to the board broke: ${this.#closed}`);
      const answer = read(this.#held);
      if (answer !== undefined) return answer;
      const leftMs = untilMs - this.#clock.monoMs();
      if (leftMs <= 0) return undefined;
      await this.#more(leftMs);
    }
  }

  /** Until nothing comes in any more. */
  async quiet(forMs: number): Promise<void> {
    for (let before = -1; before !== this.#held.length; ) {
      before = this.#held.length;
      await this.#clock.sleep(forMs);
    }
  }

  #more(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve);
      this.#changed = () => {
        cancel();
        resolve();
      };
    });
  }
}
