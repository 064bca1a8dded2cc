/** The core's `nowMs`: wall time that never runs backwards by itself, with steps of the wall clock told apart from time passing. */
import type { Clock, ClockQuality } from "@gatehouse/protocol";

/** Wall and monotonic time may drift apart by so much (real ms) before it is called a step. */
const STEP_MS = 5_000;
/** A wall clock before this was never set: the year the box was built. */
const BUILT_MS = Date.UTC(2026, 0, 1);
/** How long readings carry `stepped` after a step. */
const STEPPED_FOR_MS = 10 * 60_000;

export interface Moment {
  readonly nowMs: number;
  /** The wall clock was set by so much since the last moment; 0 nearly always. */
  readonly shiftMs: number;
  readonly quality: ClockQuality;
}

export class TimeKeeper {
  readonly #clock: Clock;
  #wallMs: number;
  #monoMs: number;
  #lastMs: number;
  #steppedAtMonoMs = Number.NEGATIVE_INFINITY;
  /** Added to a wall clock that was never set, so that time goes on from what the journal knows. */
  #offsetMs: number;

  /** `lastMs` is the newest time in the journal, 0 for none. */
  constructor(clock: Clock, lastMs: number) {
    this.#clock = clock;
    const wallMs = clock.nowMs();
    const unset = wallMs < BUILT_MS;
    this.#offsetMs = unset && lastMs > wallMs ? lastMs - wallMs : 0;
    this.#wallMs = wallMs;
    this.#monoMs = clock.monoMs();
    this.#lastMs = wallMs + this.#offsetMs;
  }

  now(): Moment {
    const wallMs = this.#clock.nowMs();
    const monoMs = this.#clock.monoMs();
    const expectedMs = this.#wallMs + (monoMs - this.#monoMs) * this.#clock.scale;
    const deviationMs = wallMs - expectedMs;
    this.#wallMs = wallMs;
    this.#monoMs = monoMs;
    let shiftMs = 0;
    if (Math.abs(deviationMs) > STEP_MS * this.#clock.scale) {
      shiftMs = wallMs >= BUILT_MS ? deviationMs - this.#offsetMs : deviationMs;
      if (wallMs >= BUILT_MS) this.#offsetMs = 0;
      this.#steppedAtMonoMs = monoMs;
      this.#lastMs = wallMs + this.#offsetMs;
    }
    this.#lastMs = Math.max(this.#lastMs, Math.floor(wallMs + this.#offsetMs));
    return { nowMs: this.#lastMs, shiftMs, quality: this.#quality(wallMs, monoMs) };
  }

  #quality(wallMs: number, monoMs: number): ClockQuality {
    if (wallMs < BUILT_MS) return "unsynced";
    return monoMs - this.#steppedAtMonoMs < STEPPED_FOR_MS ? "stepped" : "synced";
  }
}
