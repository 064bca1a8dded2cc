/** Keeps one thing alive: makes it, runs it, and makes it anew after a back-off when it ends. */
import { type Clock, ConfigError, LinkError } from "@gatehouse/protocol";
import { backoff } from "./backoff.ts";
import type { Health, HealthCode, Logger, Runnable } from "./ports.ts";

export interface SuperviseOptions {
  readonly id: string;
  /** Makes a new single-use instance; no I/O. It may call `up` when the link has proved itself; else lasting a while proves it. */
  readonly make: (up: () => void) => Runnable;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  /** Raised while the link is down. */
  readonly downCode: HealthCode;
  readonly random: () => number;
  /** Something waits that must not wait for a long back-off. */
  readonly urgent?: () => boolean;
}

/** A run this long counts as healthy. */
const HEALTHY_MS = 10_000;
/** What is urgent is tried again after so long. */
const URGENT_MS = 1_000;

/**
 * Resolves when the signal aborts. A LinkError warns once per outage; anything else is a bug of that runnable and costs only it
 * (health `driver-bug`). The down code is raised at the first failure and cleared once a run has lasted.
 */
export async function supervise(options: SuperviseOptions, signal: AbortSignal): Promise<void> {
  const { id, clock, log, health } = options;
  let delays = backoff(options.random);
  let down = false;
  const up = () => {
    if (!down) return;
    down = false;
    delays = backoff(options.random);
    log.info({ id }, "link is back");
    health.clear(options.downCode, id);
    health.clear("driver-bug", id);
  };
  while (!signal.aborted) {
    const cancel = clock.after(HEALTHY_MS, up);
    const failure = await outcome(() => options.make(up), signal).finally(cancel);
    if (signal.aborted) return;
    report(failure, down, options);
    down = true;
    try {
      await pause(Math.min(delays.next().value, soonest(failure)), failure, options, signal);
    } catch {
      return;
    }
  }
}

/** Why it ended. Throws where it could not be made for a mistake of the operator: that ends the gateway, anything else costs only this runnable. */
async function outcome(make: () => Runnable, signal: AbortSignal): Promise<unknown> {
  let made: Runnable | undefined;
  try {
    made = make();
    await made.run(signal);
    return new LinkError("closed", `${made.id} ended by itself`);
  } catch (error) {
    if (made === undefined && error instanceof ConfigError) throw error;
    return error;
  }
}

/** As long as asked for, but no longer than it takes to look whether something urgent came up, unless the other side asked for it. */
async function pause(ms: number, failure: unknown, options: SuperviseOptions, signal: AbortSignal): Promise<void> {
  const { clock, urgent, random } = options;
  const askedMs = failure instanceof LinkError ? (failure.notBeforeMs ?? 0) : 0;
  if (askedMs > 0 || urgent === undefined) return clock.sleep(Math.max(ms, askedMs), signal);
  for (let leftMs = ms; leftMs > 0; ) {
    const sliceMs = Math.min(leftMs, (URGENT_MS * (3 + random())) / 4);
    await clock.sleep(sliceMs, signal);
    leftMs -= sliceMs;
    if (urgent()) return;
  }
}

const soonest = (failure: unknown): number =>
  failure instanceof LinkError ? (failure.retryWithinMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;

function report(failure: unknown, wasDown: boolean, { id, log, health, downCode }: SuperviseOptions): void {
  const message = failure instanceof Error ? failure.message : String(failure);
  if (!(failure instanceof LinkError)) {
    log.error({ id, err: failure }, "ended with a bug, it is made anew");
    health.raise("driver-bug", id, message);
  } else if (!wasDown) log.warn({ id, code: failure.code, reason: message }, "link is down, trying again");
  else log.debug({ id, code: failure.code, reason: message }, "link is still down");
  health.raise(downCode, id, message);
}
