/** Forgets readings when their time is over, by the risk colour of their space. Runs beside everything else, a little at a time. */
import type { Clock, RiskLevel } from "@gatehouse/protocol";
import type { Core } from "./core/core.ts";
import type { Logger, Store } from "./core/ports.ts";

export interface RetentionOptions {
  readonly core: Pick<Core, "model">;
  readonly store: Pick<Store, "forget">;
  readonly clock: Clock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** After the start, when there is other work to do; then so often (real time). */
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** Between two windows: the storage thread has others to serve. */
const PAUSE_MS = 20;

const LEVELS: readonly RiskLevel[] = ["red", "yellow", "blue"];

export class Retention {
  readonly #options: RetentionOptions;
  /** Journal numbers up to which each level was looked at in this run. */
  readonly #done = new Map<RiskLevel, number>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let waitMs = FIRST_MS;
    while (!signal.aborted) {
      try {
        await clock.sleep(waitMs, signal);
        await this.sweep(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      waitMs = EVERY_MS;
    }
  }

  /** Resolves when what is due now is forgotten. */
  async sweep(signal: AbortSignal): Promise<void> {
    const { core, store, clock, log } = this.#options;
    const { retention } = core.model.config.site;
    for (const level of LEVELS) {
      const devices = this.#devicesOf(level);
      if (devices.length === 0) continue;
      const beforeMs = clock.nowMs() - retention[level] * DAY_MS;
      let removed = 0;
      for (let after: number | null = this.#done.get(level) ?? 0; after !== null && !signal.aborted; ) {
        const answer = await store.forget({ after, beforeMs, devices });
        removed += answer.removed;
        if (answer.last !== null) this.#done.set(level, answer.last);
        after = answer.last;
        if (after !== null) await clock.sleep(PAUSE_MS, signal);
      }
      if (removed > 0)
        log.info({ level, removed, days: retention[level] }, "readings were forgotten, their time is over");
    }
  }

  #devicesOf(level: RiskLevel): string[] {
    const { devices, spaceOf, spaces } = this.#options.core.model;
    const levelOf = (device: string): RiskLevel => spaces.get(spaceOf.get(device) ?? "")?.risk ?? "blue";
    return [...devices.keys()].filter((device) => levelOf(device) === level);
  }
}
