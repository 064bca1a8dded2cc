/** Counts what became of every line of the input, and words what is wrong with it. */
import type { Effects } from "../core/step.ts";
import type { Line } from "./packed.ts";
import type { Recorded } from "./recorded.ts";

/** Bad lines told one by one. */
const MAX_PROBLEMS = 20;
const MAX_UNKNOWN = 5;

export interface IntakeTally {
  /** Lines that are not blank. */
  readonly readings: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Received before the reading in front of them; they count as received with it. */
  readonly outOfOrder: number;
  /** The first few bad lines. */
  readonly problems: readonly string[];
}

export class Intake {
  readonly #problems: string[] = [];
  /** Devices the site does not know, with a few of their names. */
  readonly #unknown = new Set<string>();
  #line = 0;
  #readings = 0;
  #accepted = 0;
  #duplicates = 0;
  #rejected = 0;
  #outOfOrder = 0;
  #ofUnknown = 0;
  #latestMs = Number.NEGATIVE_INFINITY;

  get tally(): IntakeTally {
    return {
      readings: this.#readings,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      outOfOrder: this.#outOfOrder,
      problems: this.#problems,
    };
  }

  /** The next line; undefined when there is no reading in it. */
  take(line: Line): Recorded | undefined {
    this.#line += 1;
    if (line === "") return undefined;
    this.#readings += 1;
    if (!("unreadable" in line)) return line;
    this.#reject(line.unreadable);
    return undefined;
  }

  /** The line taken last lies behind the time asked for: it does not count. */
  skip(): void {
    this.#readings -= 1;
  }

  /** What the core made of the reading that was taken last. */
  settle({ receivedMs, reading }: Recorded, { outcome, reason = "rejected" }: Effects): void {
    if (receivedMs < this.#latestMs) this.#outOfOrder += 1;
    else this.#latestMs = receivedMs;
    if (outcome === "duplicate") this.#duplicates += 1;
    else if (outcome !== "rejected") this.#accepted += 1;
    else {
      if (reason.startsWith("unknown device")) {
        this.#ofUnknown += 1;
        if (this.#unknown.size < MAX_UNKNOWN) this.#unknown.add(reading.device);
      }
      this.#reject(reason);
    }
  }

  /** What the operator should know about the input, in sentences. */
  notes(): string[] {
    const notes: string[] = [];
    if (this.#ofUnknown > 0) {
      const names = [...this.#unknown].join(", ");
      notes.push(`${readings(this.#ofUnknown)} of devices that are not on this site (${names}): is it the right one?`);
    }
    if (this.#outOfOrder > 0)
      notes.push(
        `${readings(this.#outOfOrder)} behind later ones: virtual time does not run backwards, so they count as received then`,
      );
    return notes;
  }

  #reject(reason: string): void {
    this.#rejected += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(`line ${this.#line}: ${reason}`);
  }
}

const readings = (count: number): string => (count === 1 ? "1 reading" : `${count} readings`);
