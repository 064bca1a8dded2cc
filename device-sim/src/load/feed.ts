/** Which device sends the next reading, and since when it wants to: at a fixed rate, or whenever it can. */
import type { Clock } from "@gatehouse/protocol";

export interface FeedOptions {
  readonly ratePerSecond?: number | undefined;
  readonly count?: number | undefined;
}

export class Feed {
  readonly #clock: Clock;
  readonly #ratePerSecond: number | undefined;
  #left: number;
  #open = false;
  #openedMs = 0;
  #issued = 0;
  #waiting = 0;
  /** At a fixed rate: for each device since when its next readings want to go out. */
  readonly #queues: number[][];

  constructor({ ratePerSecond, count }: FeedOptions, devices: number, clock: Clock) {
    this.#ratePerSecond = ratePerSecond;
    this.#left = count ?? Number.POSITIVE_INFINITY;
    this.#queues = Array.from({ length: devices }, () => []);
    this.#clock = clock;
  }

  open(): void {
    this.#open = true;
    this.#openedMs = this.#clock.monoMs();
  }

  /** What still waits is never sent. */
  close(): void {
    this.#open = false;
  }

  /** There is something to send, or will be. */
  get isOpen(): boolean {
    return this.#open && (this.#left > 0 || this.#waiting > 0);
  }

  /** The device's next reading, now taken: since when (monotonic ms) it wants to go out. Undefined when there is none now. */
  next(device: number): number | undefined {
    if (!this.#open) return undefined;
    if (this.#ratePerSecond === undefined) {
      if (this.#left <= 0) return undefined;
      this.#left -= 1;
      return this.#clock.monoMs();
    }
    const sinceMs = this.#queues[device]?.shift();
    if (sinceMs !== undefined) this.#waiting -= 1;
    return sinceMs;
  }

  /** At a fixed rate: hands out what has fallen due, to one device after the other. Returns the devices that got some. */
  deal(): ReadonlySet<number> {
    const dealt = new Set<number>();
    if (this.#ratePerSecond === undefined || !this.#open) return dealt;
    const nowMs = this.#clock.monoMs();
    const due = Math.floor(((nowMs - this.#openedMs) / 1000) * this.#ratePerSecond);
    for (; this.#issued < due && this.#left > 0; this.#issued++) {
      const device = this.#issued % this.#queues.length;
      this.#queues[device]?.push(nowMs);
      this.#left -= 1;
      this.#waiting += 1;
      dealt.add(device);
    }
    return dealt;
  }
}
