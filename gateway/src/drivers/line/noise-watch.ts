/** Tells when a line carries what nobody asked for: noise, damage, a device that does not stop. Health `bus-noisy`. */
import type { Clock } from "@gatehouse/protocol";
import type { Health } from "../../core/ports.ts";

export interface NoiseWatchOptions {
  readonly clock: Clock;
  readonly health: Health;
  readonly driver: string;
  /** Bytes the line can carry in a second. */
  readonly bytesPerSecond: () => number;
}

const WINDOW_MS = 5_000;
/** Raised beyond this part of what the line carries; it clears below a quarter of that. */
const NOISY = 0.02;
const LEAST_BYTES = 48;

export class NoiseWatch {
  readonly #options: NoiseWatchOptions;
  #bytes = 0;
  #frames = 0;
  #raised = false;
  #running = false;
  #cancel = () => {};

  constructor(options: NoiseWatchOptions) {
    this.#options = options;
  }

  /** `frames`: the bytes are whole frames that nobody asked for. */
  note(bytes: number, frames = 0): void {
    this.#bytes += bytes;
    this.#frames += frames;
    if (!this.#raised && this.#bytes > this.#limit) this.#raise();
    if (this.#running) return;
    this.#running = true;
    this.#cancel = this.#options.clock.after(WINDOW_MS, () => this.#turn());
  }

  /** The line is closed: what was said about it no longer holds. */
  end(): void {
    this.#cancel();
    this.#running = true;
    if (this.#raised) this.#options.health.clear("bus-noisy", this.#options.driver);
  }

  get #limit(): number {
    return Math.max(LEAST_BYTES, (NOISY * this.#options.bytesPerSecond() * WINDOW_MS) / 1_000);
  }

  #turn(): void {
    const { clock, health, driver } = this.#options;
    if (this.#raised && this.#bytes < this.#limit / 4) {
      this.#raised = false;
      health.clear("bus-noisy", driver);
    }
    this.#running = this.#raised || this.#bytes > 0;
    this.#bytes = 0;
    this.#frames = 0;
    if (this.#running) this.#cancel = clock.after(WINDOW_MS, () => this.#turn());
  }

  #raise(): void {
    this.#raised = true;
    const { health, driver } = this.#options;
    const what = this.#frames > 0 ? `, ${this.#frames} whole frames among them` : "";
    health.raise(
      "bus-noisy",
      driver,
      `${this.#bytes} bytes within ${WINDOW_MS / 1_000} s that nobody asked for${what}: check A and B, the termination, the baud rate, and look for a device that does not stop (gatehouse bus)`,
    );
  }
}
