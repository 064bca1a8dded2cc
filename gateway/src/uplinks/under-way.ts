/** What was published and has no answer yet, for uplinks over brokers. */
import type { Clock, LinkError } from "@gatehouse/protocol";

export interface UnderWayOptions {
  readonly clock: Clock;
  /** Without any answer for so long, ms of real time, the link counts as lost. */
  readonly answerMs: number;
}

/** Publishes without an answer yet: they fail together when the link is lost, and it counts as lost when nothing comes back. */
export class UnderWay {
  readonly #options: UnderWayOptions;
  readonly #silent: () => void;
  readonly #rejects = new Set<(error: LinkError) => void>();
  #lost: LinkError | undefined;
  #cancel: () => void = () => {};

  constructor(options: UnderWayOptions, silent: () => void) {
    this.#options = options;
    this.#silent = silent;
  }

  async wait<T>(answer: Promise<T>): Promise<T> {
    // Whoever asks when all is lost hears of that, and not of this.
    answer.catch(() => {});
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#rejects.add(reject);
    if (this.#rejects.size === 1) this.#rearm();
    answer.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#rejects.delete(reject);
      this.#rearm();
    }
  }

  fail(error: LinkError): void {
    this.#lost ??= error;
    for (const reject of this.#rejects) reject(error);
  }

  #rearm(): void {
    this.#cancel();
    if (this.#rejects.size > 0) this.#cancel = this.#options.clock.after(this.#options.answerMs, this.#silent);
  }
}
