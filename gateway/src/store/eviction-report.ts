/** Tells the operator when the disk budget takes what a platform was owed, and when that is over. */
import type { Clock } from "@gatehouse/protocol";
import type { Health, Logger } from "../core/ports.ts";
import type { Notice } from "./wire.ts";

/** No item taken for so long: over. */
const QUIET_MS = 600_000;

export interface EvictionReportOptions {
  readonly dir: string;
  readonly budgetBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
}

export class EvictionReport {
  readonly #options: EvictionReportOptions;
  #evicted = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: EvictionReportOptions) {
    this.#options = options;
  }

  tell({ evicted, overBytes }: Notice): void {
    const { dir, budgetBytes, log, health } = this.#options;
    if (evicted !== undefined) this.#add(evicted);
    if (overBytes === undefined) return;
    if (overBytes === 0) {
      health.clear("storage-full", `${dir} budget`);
      return;
    }
    log.error({ dir, overBytes }, "the disk budget is exceeded and nothing more may be evicted");
    const detail = `${overBytes} bytes over the budget of ${budgetBytes}, and what is left may not be evicted: raise the budget, or see why the platform takes nothing`;
    health.raise("storage-full", `${dir} budget`, detail);
  }

  /** What is told after it keeps no timer: the storage thread may have had it on its tongue. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #add(evicted: number): void {
    const { dir, clock, log, health } = this.#options;
    if (this.#evicted === 0) log.warn({ dir }, "the disk budget is used up, the oldest telemetry makes room");
    this.#evicted += evicted;
    this.#cancel?.();
    if (!this.#closed) {
      this.#cancel = clock.after(QUIET_MS, () => {
        this.#evicted = 0;
        health.clear("storage-evicting", dir);
      });
    }
    const detail = `${this.#evicted} items a platform was owed made room for newer ones; raise the budget, or see why the platform takes nothing`;
    health.raise("storage-evicting", dir, detail);
  }
}
