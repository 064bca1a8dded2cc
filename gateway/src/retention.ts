/** Forgets readings when their time is over, by the risk colour of their space. Runs beside everything else, a little at a time. */
import type { Clock, RiskLevel } from "@gatehouse/protocol";
import type { Core } from "./core/core.ts";
import type { Logger, Store } from "./core/ports.ts";

export interface RetentionOptions {
  readonly core: Pick<Core, "model" | "clockQuality">;
  readonly store: Pick<Store, "forget" | "recovered">;
  readonly clock: Clock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** Real time before the first sweep, and between two: a clock that came up wrong has been set right by then. */
const EVERY_MS = 3_600_000;
/** Between two windows: the storage thread has others to serve. */
const PAUSE_MS = 20;
/** The box may have been off for so long without its clock being doubted. */
const TRUST_MS = DAY_MS;

/** Blue takes every device that is in no space, or no longer on the site. */
const LEVELS = ["red", "yellow", "blue"] as const satisfies readonly RiskLevel[];

export class Retention {
  readonly #options: RetentionOptions;
  readonly #startMonoMs: number;
  /** Journal numbers up to which each level has nothing left to look at in this run. */
  readonly #settled = new Map<RiskLevel, number>();

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#startMonoMs = options.clock.monoMs();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#options.clock.sleep(EVERY_MS, signal);
        await this.sweep(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /** Resolves when what is due now is forgotten. */
  async sweep(signal: AbortSignal): Promise<void> {
    const { core, log } = this.#options;
    if (core.clockQuality !== "synced") return;
    const { retention } = core.model.config.site;
    const nowMs = this.#trustedMs();
    for (const level of LEVELS) {
      const removed = await this.#forget(level, nowMs - retention[level] * DAY_MS, signal);
      if (removed > 0)
        log.info({ level, removed, days: retention[level] }, "readings were forgotten, their time is over");
    }
  }

  /** No clock alone makes readings old: time is believed as far as the journal knew it at the start, and this run has lasted. */
  #trustedMs(): number {
    const { clock, store } = this.#options;
    const lastedMs = (clock.monoMs() - this.#startMonoMs) * clock.scale;
    return Math.min(clock.nowMs(), store.recovered.lastNowMs + lastedMs + TRUST_MS);
  }

  async #forget(level: (typeof LEVELS)[number], beforeMs: number, signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#options;
    const due =
      level === "blue"
        ? { devices: this.#devicesOf("red", "yellow"), others: true }
        : { devices: this.#devicesOf(level), others: false };
    let removed = 0;
    let settled = this.#settled.get(level) ?? 0;
    for (let after: number | null = settled; after !== null && !signal.aborted; ) {
      const answer = await store.forget({ after, beforeMs, ...due });
      removed += answer.removed;
      // A hole left behind is looked into again the next time.
      if (settled === after) settled = answer.settled;
      after = answer.last;
      if (after !== null) await clock.sleep(PAUSE_MS, signal);
    }
    this.#settled.set(level, settled);
    return removed;
  }

  #devicesOf(...levels: readonly RiskLevel[]): string[] {
    const { devices, spaceOf, spaces } = this.#options.core.model;
    const levelOf = (device: string): RiskLevel => spaces.get(spaceOf.get(device) ?? "")?.risk ?? "blue";
    return [...devices.keys()].filter((device) => levels.includes(levelOf(device)));
  }
}
