/** Tasks of the composition root that run and stop together. */

/** Tasks that stop together. */
export class Stage {
  readonly #stop = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #onFailure: (error: unknown) => void = () => {};

  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  run(task: (signal: AbortSignal) => Promise<void>): void {
    this.#tasks.push(task(this.#stop.signal).catch((error: unknown) => this.#onFailure(error)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#tasks);
  }
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
