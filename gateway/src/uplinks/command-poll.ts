/** Asks a platform that can only answer whether it has commands, while there is nothing to send. */
import { type Clock, RejectedError } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";

export interface PollOptions {
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Throws LinkError when the way is broken: then the link ends, as with any batch. */
  ask(signal: AbortSignal): Promise<unknown>;
}

/** Until the signal aborts. A platform that takes no empty batch is not asked again. */
export async function pollCommands({ everyMs, clock, log, ask }: PollOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await ask(signal);
      await clock.sleep(everyMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RejectedError)) throw error;
      log.warn({ err: error }, "the platform takes no empty batch: its commands come with answers to events alone");
      return;
    }
  }
}
