/**
 * From what a radar sees ten times a second to what is worth a reading. Somebody is there when seen for a moment without a break, and gone when
 * not seen for the hold time; so many people are there at least as were seen at once within it. A flickering radar makes at most one change a
 * hold time. Pure: time is handed in.
 */

export interface PresenceOptions {
  /** Seen for so long without a break: it was no flicker. */
  readonly confirmMs: number;
  /** Not seen for so long: gone. */
  readonly holdMs: number;
  /** Counts are told at most so often, … */
  readonly countEveryMs: number;
  /** … and again after so long, since a count only speaks for the hour it comes in. */
  readonly countAgainMs: number;
  /** Reports further apart leave a hole in what was seen. */
  readonly gapMs: number;
}

export type PresenceNews =
  | { readonly kind: "presence.on" | "presence.off" }
  | { readonly kind: "presence.count"; readonly value: number };

interface Level {
  /** Since when at least so many were seen without a break. */
  sinceMs: number | undefined;
  /** Reports since then. */
  reports: number;
  /** When so many were last there for certain. */
  lastMs: number;
}

/** Reports carry no checksum: one that was damaged, or two with a hole between them, make nobody. */
const CONFIRM_REPORTS = 3;
const UNSEEN = { sinceMs: undefined, reports: 0, lastMs: Number.NEGATIVE_INFINITY };

export class Presence {
  readonly #options: PresenceOptions;
  readonly #levels: Level[];
  readonly #counts: boolean;
  #heardMs: number | undefined;
  #on: boolean | undefined;
  #fromMs: number | undefined;
  #told: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;

  /** `most`: people told apart; 1 for a radar that only sees that somebody is there, which then counts nothing. */
  constructor(most: number, options: PresenceOptions) {
    this.#options = options;
    this.#counts = most > 1;
    this.#levels = Array.from({ length: most }, () => ({ ...UNSEEN }));
  }

  /** One report. Times must not run back. */
  see(people: number, nowMs: number): readonly PresenceNews[] {
    const { confirmMs, gapMs } = this.#options;
    const isHole = this.#heardMs !== undefined && nowMs - this.#heardMs > gapMs;
    this.#heardMs = nowMs;
    this.#fromMs ??= nowMs;
    for (const [at, level] of this.#levels.entries()) {
      if (people <= at || isHole) Object.assign(level, { sinceMs: undefined, reports: 0 });
      if (people <= at) continue;
      level.sinceMs ??= nowMs;
      level.reports += 1;
      if (level.reports >= CONFIRM_REPORTS && nowMs - level.sinceMs >= confirmMs) level.lastMs = nowMs;
    }
    return this.#judge(nowMs);
  }

  /** Nothing was heard of the radar for long: what it saw says nothing any more, and is told anew when it is back. */
  forget(): void {
    for (const level of this.#levels) Object.assign(level, UNSEEN);
    this.#heardMs = undefined;
    this.#fromMs = undefined;
    this.#on = undefined;
    this.#told = undefined;
  }

  #judge(nowMs: number): readonly PresenceNews[] {
    const { holdMs } = this.#options;
    const held = this.#levels.filter(({ lastMs }) => nowMs - lastMs < holdMs).length;
    const news: PresenceNews[] = [];
    if (held > 0 && this.#on !== true) {
      this.#on = true;
      news.push({ kind: "presence.on" });
    } else if (held === 0 && this.#on !== false && nowMs - (this.#fromMs ?? nowMs) >= holdMs) {
      this.#on = false;
      news.push({ kind: "presence.off" });
    }
    if (this.#counts && this.#isCountDue(held, nowMs)) {
      this.#told = held;
      this.#toldMs = nowMs;
      news.push({ kind: "presence.count", value: held });
    }
    return news;
  }

  #isCountDue(held: number, nowMs: number): boolean {
    const { countEveryMs, countAgainMs } = this.#options;
    if (this.#on === undefined) return false;
    const sinceMs = nowMs - this.#toldMs;
    return held === this.#told ? held > 0 && sinceMs >= countAgainMs : sinceMs >= countEveryMs;
  }
}
