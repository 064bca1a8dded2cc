/** The one link of an uplink that keeps a connection: opened once, waited for by whoever sends, lost for all of them at once. Single use. */
import { InvariantError, LinkError } from "@gatehouse/protocol";

export interface LivingLink {
  /** Rejects when the link is lost. */
  readonly lost: Promise<never>;
  close(): void;
}

export class LinkLife<Link extends LivingLink> {
  readonly #id: string;
  readonly #link = Promise.withResolvers<Link>();
  readonly #ended = new AbortController();
  #used = false;

  constructor(id: string) {
    this.#id = id;
    // run() throws it; a send that waits for the link gets it too.
    this.#link.promise.catch(() => {});
  }

  /** Aborts with the reason when the link is lost or the run is over. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Ends when the signal aborts, or throws why the link could not be opened or was lost. `ready` comes before anything is sent. */
  async run(
    signal: AbortSignal,
    open: () => Promise<Link>,
    ready: (link: Link) => Promise<void> | void,
  ): Promise<void> {
    if (this.#used) throw new InvariantError(`uplink ${this.#id} runs once`);
    this.#used = true;
    try {
      const link = await open();
      try {
        await ready(link);
        this.#link.resolve(link);
        await untilAborted(link.lost, signal);
      } finally {
        link.close();
      }
    } catch (error) {
      this.#link.reject(error);
      this.#ended.abort(error);
      if (!signal.aborted) throw error;
    } finally {
      this.#link.reject(new LinkError("closed", `uplink ${this.#id} has ended`));
      this.#ended.abort();
    }
  }

  /** Work that needs the link: waits for it, and throws LinkError when the signal aborts or the link is lost meanwhile. */
  async use<T>(signal: AbortSignal, work: (link: Link, signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = Promise.withResolvers<never>();
    stop.promise.catch(() => {});
    const either = AbortSignal.any([signal, this.#ended.signal]);
    const onAbort = () => {
      const { reason } = either;
      const givenUp = () => new LinkError("closed", `uplink ${this.#id}: given up`, { cause: reason });
      stop.reject(reason instanceof LinkError ? reason : givenUp());
    };
    if (either.aborted) onAbort();
    else either.addEventListener("abort", onAbort, { once: true });
    try {
      const link = await Promise.race([this.#link.promise, stop.promise]);
      return await Promise.race([work(link, either), stop.promise]);
    } finally {
      either.removeEventListener("abort", onAbort);
    }
  }
}

/** Resolves when the signal aborts; throws what `lost` rejects with. */
async function untilAborted(lost: Promise<never>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([aborted.promise, lost]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
