/** Readings on their way to the core, one batch at a time. What is newer replaces what still waits, so that a slow disk costs memory nothing. */
import type { Accept } from "../../core/ports.ts";

export interface RadarReading {
  readonly device: string;
  readonly kind: string;
  readonly value?: number;
}

export class Outlet {
  readonly #accept: Accept;
  readonly #fail: (error: unknown) => void;
  readonly #waiting = new Map<string, RadarReading>();
  #busy = false;

  constructor(accept: Accept, fail: (error: unknown) => void) {
    this.#accept = accept;
    this.#fail = fail;
  }

  tell(reading: RadarReading): void {
    const key = `${reading.device} ${topicOf(reading.kind)}`;
    // Put at the end: order counts.
    this.#waiting.delete(key);
    this.#waiting.set(key, reading);
    if (!this.#busy) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.size > 0) {
        const items = [...this.#waiting.values()];
        this.#waiting.clear();
        await this.#accept(items);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }
}

/** `presence.on` and `presence.off` are one topic; a count is another. */
const topicOf = (kind: string): string =>
  kind.startsWith("device.") ? "device" : kind === "presence.count" ? kind : "presence";
