/** Is a running total one that can follow the last? A misread, a garbled register or another meter in the same place must not become consumption. Pure. */

/** What a meter of its kind can count. */
export interface TotalLimits {
  /** At the most in an hour. */
  readonly perHour: number;
  /** At the most in one go, whatever the clock says. */
  readonly slack: number;
}

export interface KnownTotal {
  readonly total: number;
  readonly atMs: number;
  /** Grows when the meter begins anew: replaced, or set back. */
  readonly epoch: number;
}

export type Verdict =
  | { readonly kind: "take"; readonly epoch: number /** Its counting began anew. */; readonly anew: boolean }
  | { readonly kind: "doubt"; readonly reason: string };

/** Readings that have to follow one another before the first is believed, and before a meter counts as another one. */
const FIRST_READINGS = 2;
const ANEW_READINGS = 6;
const HOUR_MS = 3_600_000;

interface Candidate {
  readonly total: number;
  readonly atMs: number;
  readonly count: number;
}

export class TotalGuard {
  readonly #limits: TotalLimits;
  #known: KnownTotal | undefined;
  #candidate: Candidate | undefined;

  constructor(limits: TotalLimits, known?: KnownTotal) {
    this.#limits = limits;
    this.#known = known;
  }

  /** What was taken last. */
  get known(): KnownTotal | undefined {
    return this.#known;
  }

  judge(total: number, nowMs: number): Verdict {
    const known = this.#known;
    if (known !== undefined && this.#follows(known, total, nowMs)) return this.#take(total, nowMs, known.epoch, false);
    const candidate = this.#candidate;
    const count = candidate !== undefined && this.#follows(candidate, total, nowMs) ? candidate.count + 1 : 1;
    this.#candidate = { total, atMs: nowMs, count };
    if (known === undefined) {
      if (count >= FIRST_READINGS) return this.#take(total, nowMs, 0, false);
      return { kind: "doubt", reason: "two first readings do not agree" };
    }
    if (count >= ANEW_READINGS) return this.#take(total, nowMs, known.epoch + 1, true);
    const went = total < known.total ? "back" : "ahead further than can be";
    return { kind: "doubt", reason: `total ran ${went}, from ${known.total} to ${total}` };
  }

  #follows(before: { readonly total: number; readonly atMs: number }, total: number, nowMs: number): boolean {
    const hours = Math.max(0, nowMs - before.atMs) / HOUR_MS;
    return total >= before.total && total - before.total <= this.#limits.slack + this.#limits.perHour * hours;
  }

  #take(total: number, atMs: number, epoch: number, anew: boolean): Verdict {
    this.#known = { total, atMs, epoch };
    this.#candidate = undefined;
    return { kind: "take", epoch, anew };
  }
}
