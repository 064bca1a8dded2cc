/** Which conditions hold right now, since when. Whoever shows them subscribes. */
import type { Clock } from "@gatehouse/protocol";
import type { Health, HealthCode } from "./ports.ts";

export interface HealthEntry {
  readonly code: HealthCode;
  readonly subject: string;
  readonly detail: string;
  /** World time, ms. */
  readonly sinceMs: number;
}

/** Subjects kept per code; beyond it only the count goes on, so that a flood of unknown devices cannot fill memory. */
const MAX_SUBJECTS = 1_000;

export class HealthBoard implements Health {
  readonly #clock: Clock;
  readonly #entries = new Map<string, HealthEntry>();
  readonly #perCode = new Map<HealthCode, number>();
  readonly #listeners = new Set<(entry: HealthEntry, raised: boolean) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  raise(code: HealthCode, subject: string, detail: string): void {
    const key = `${code} ${subject}`;
    const known = this.#entries.get(key);
    const count = this.#perCode.get(code) ?? 0;
    if (known === undefined && count >= MAX_SUBJECTS) return;
    const entry = { code, subject, detail, sinceMs: known?.sinceMs ?? this.#clock.nowMs() };
    this.#entries.set(key, entry);
    if (known !== undefined) return;
    this.#perCode.set(code, count + 1);
    for (const listener of this.#listeners) listener(entry, true);
  }

  clear(code: HealthCode, subject: string): void {
    const key = `${code} ${subject}`;
    const known = this.#entries.get(key);
    if (known === undefined) return;
    this.#entries.delete(key);
    this.#perCode.set(code, (this.#perCode.get(code) ?? 1) - 1);
    for (const listener of this.#listeners) listener(known, false);
  }

  /** Oldest first. */
  get entries(): readonly HealthEntry[] {
    return [...this.#entries.values()];
  }

  /** Calls back when a code appears for a subject or goes. Returns the detach function. */
  onChange(listener: (entry: HealthEntry, raised: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
