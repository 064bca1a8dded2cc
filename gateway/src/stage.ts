/** Tasks of the composition root that run and stop together. */

import type { Clock } from "@gatehouse/protocol";

/** Tasks that stop together. */
export class Stage {
  readonly #stop = new AbortController();
  readonly #tasks = new Map<Promise<void>, string>();
  #onFailure: (error: unknown) => void = () => {};

  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  /** `name` is told where it does not stop. */
  run(task: (signal: AbortSignal) => Promise<void>, name = "a part of the gateway"): void {
    const running = task(this.#stop.signal)
      .catch((error: unknown) => this.#onFailure(error))
      .finally(() => this.#tasks.delete(running));
    this.#tasks.set(running, name);
  }

  /** Resolves when all have ended, or with the names of those that hang after `ms`, where it is given: whatever stops after them does not wait. */
  async stop(clock: Clock, ms?: number): Promise<readonly string[]> {
    this.#stop.abort();
    if (ms === undefined) {
      await Promise.all(this.#tasks.keys());
      return [];
    }
    const patience = new AbortController();
    const late = clock.sleep(ms, patience.signal).catch(() => {});
    await Promise.race([Promise.all(this.#tasks.keys()), late]);
    patience.abort();
    return [...this.#tasks.values()];
  }
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
