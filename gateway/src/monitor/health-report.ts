/** Tells the platforms how the box is: soon after a condition comes or goes, and at least every hour. */
import type { Clock } from "@gatehouse/protocol";
import type { Core } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import type { Store } from "../core/ports.ts";

const SOON_MS = 2_000;
const EVERY_MS = 3_600_000;

export interface HealthReportOptions {
  readonly core: Core;
  readonly store: Store;
  readonly health: HealthBoard;
  readonly clock: Clock;
  readonly bootId: string;
  readonly audit: { readonly head: string };
}

export class HealthReport {
  readonly #options: HealthReportOptions;
  #count = 0;

  constructor(options: HealthReportOptions) {
    this.#options = options;
  }

  /** Reports until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, health } = this.#options;
    let changed = Promise.withResolvers<void>();
    const detach = health.onChange(() => changed.resolve());
    try {
      while (!signal.aborted) {
        await this.#tell();
        const pause = new AbortController();
        const either = AbortSignal.any([signal, pause.signal]);
        await Promise.race([changed.promise, clock.sleep(EVERY_MS, either)]);
        pause.abort();
        await clock.sleep(SOON_MS, signal);
        changed = Promise.withResolvers<void>();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      detach();
    }
  }

  async #tell(): Promise<void> {
    const { core, store, health, bootId, audit } = this.#options;
    const stats = await store.stats();
    const backlog: Record<string, number> = {};
    // What waits for a platform that was removed is no backlog of those that are there.
    const here = new Set(core.model.config.site.uplinks.map(({ id }) => id));
    for (const { lane, count } of stats.backlog.filter(({ uplink }) => here.has(uplink)))
      backlog[lane] = (backlog[lane] ?? 0) + count;
    const metrics = { ...core.tally, usedBytes: stats.usedBytes, rssBytes: process.memoryUsage.rss() };
    this.#count += 1;
    await core.tellHealth({
      id: `health.${core.state.installation}.${bootId}.${this.#count}`,
      entries: health.entries,
      backlog,
      metrics,
      auditHead: audit.head,
    });
  }
}
