/** The box's time, as its greetings tell it: the clock of a browser may be wrong, and that of a box runs faster in a demo. */
import { type Clock, systemClock } from "@gatehouse/protocol";
import type { LiveMessage } from "../../../src/console/table/live.ts";

export class BoxClock {
  readonly #own: Pick<Clock, "nowMs" | "monoMs">;
  readonly #listeners = new Set<() => void>();
  #told: { readonly worldMs: number; readonly monoMs: number; readonly scale: number } | undefined;

  constructor(own: Pick<Clock, "nowMs" | "monoMs">) {
    this.#own = own;
  }

  /** The browser's own time until the box has told its. */
  nowMs(): number {
    const { worldMs, monoMs, scale } = this.#told ?? {
      worldMs: this.#own.nowMs(),
      monoMs: this.#own.monoMs(),
      scale: 1,
    };
    return worldMs + (this.#own.monoMs() - monoMs) * scale;
  }

  /** Seconds of the box in a second here. */
  get scale(): number {
    return this.#told?.scale ?? 1;
  }

  hear(message: LiveMessage): void {
    if (message.about !== "hello") return;
    const worldMs = Date.parse(message.at);
    if (Number.isNaN(worldMs)) return;
    this.#told = { worldMs, monoMs: this.#own.monoMs(), scale: message.scale ?? 1 };
    for (const listener of [...this.#listeners]) listener();
  }

  onTold(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const boxClock = new BoxClock(systemClock);
