/** Health codes about bad input, which go by themselves once the input has been good for a while. */
import type { Clock } from "@gatehouse/protocol";
import type { Health, HealthCode } from "./ports.ts";

/** A complaint stands so long after the last bad item. */
const QUIET_MS = 10 * 60_000;
/** Subjects remembered; a flood of made-up names must not cost memory. */
const MAX_SUBJECTS = 1_000;

interface Complaint {
  readonly code: HealthCode;
  readonly subject: string;
  monoMs: number;
}

export class Complaints {
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #open = new Map<string, Complaint>();

  constructor(health: Health, clock: Clock) {
    this.#health = health;
    this.#clock = clock;
  }

  add(code: HealthCode, subject: string, detail: string): void {
    const key = `${code} ${subject}`;
    const known = this.#open.get(key);
    if (known !== undefined) known.monoMs = this.#clock.monoMs();
    else if (this.#open.size >= MAX_SUBJECTS) return;
    else this.#open.set(key, { code, subject, monoMs: this.#clock.monoMs() });
    this.#health.raise(code, subject, detail);
  }

  /** Takes back what has been quiet long enough. */
  expire(): void {
    const untilMs = this.#clock.monoMs() - QUIET_MS;
    for (const [key, { code, subject, monoMs }] of this.#open) {
      if (monoMs > untilMs) continue;
      this.#open.delete(key);
      this.#health.clear(code, subject);
    }
  }
}
