/** Passages counted event by event beside the board's running totals: what a full ring lost is the difference. Plain values. */
import { DOOR_NODE_EVENTS } from "@gatehouse/protocol";
import { sinceBoard } from "./board-time.ts";

interface Totals {
  readonly timeMs: number;
  readonly in: number;
  readonly out: number;
}

interface Gap {
  readonly epoch: number;
  /** The first event after it. */
  readonly oldest: number;
}

export interface Found {
  readonly missing: { readonly in: number; readonly out: number };
  readonly gap: Gap;
}

/** One reading says so many persons at most. */
const MOST = 1_000;

export class PassageBook {
  /** The totals as they must be after every event seen so far; undefined while that is not known. */
  #expected: { in: number; out: number } | undefined;
  #expectedAtMs = 0;
  #gap: Gap | undefined;
  #askedAt: number | undefined;

  begin(): void {
    this.#expected = undefined;
    this.#gap = undefined;
    this.#askedAt = undefined;
  }

  /** The totals are worth asking for, once no event is under way. */
  get isDue(): boolean {
    return this.#expected === undefined || this.#gap !== undefined;
  }

  note({ event, timeMs }: { readonly event: number; readonly timeMs: number }): void {
    if (this.#expected === undefined) return;
    const isIn = event === DOOR_NODE_EVENTS["passed-in"];
    if (!isIn && event !== DOOR_NODE_EVENTS["passed-out"]) return;
    // Older than the totals it was to be added to: they may hold it already.
    if (sinceBoard(timeMs, this.#expectedAtMs) <= 0) this.#expected = undefined;
    else this.#expected[isIn ? "in" : "out"] += 1;
  }

  gap(gap: Gap): void {
    this.#gap = gap;
  }

  /** The totals were asked for while event `next` was awaited. */
  asked(next: number): void {
    this.#askedAt = next;
  }

  /** The totals came while event `next` was awaited. Undefined when nothing is known to be missing. */
  settle(totals: Totals, next: number): Found | undefined {
    if (this.#askedAt !== next) return undefined;
    this.#askedAt = undefined;
    const [before, gap] = [this.#expected, this.#gap];
    this.#expected = { in: totals.in, out: totals.out };
    this.#expectedAtMs = totals.timeMs;
    this.#gap = undefined;
    if (before === undefined || gap === undefined) return undefined;
    const missing = { in: missed(totals.in, before.in), out: missed(totals.out, before.out) };
    return missing.in + missing.out > 0 ? { missing, gap } : undefined;
  }
}

/** Totals wrap at 2^32; a total that is short after a power loss is no negative passage. */
const missed = (now: number, before: number): number => Math.min(MOST, Math.max(0, (now - before) | 0));
