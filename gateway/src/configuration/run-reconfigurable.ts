/** The gateway, started anew in the same process with every change of its site file; a file it does not start with is put back. */
import { type Clock, ConfigError } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";
import type { Configuration } from "./configuration.ts";

/** Why the file that was to be used is not. */
export interface Refused {
  readonly reason: string;
  /** Undefined for a restore. */
  readonly version: number | undefined;
}

/** One run of the gateway, from start to stop. */
export interface Start {
  /** What was wrong with the file before this one. */
  readonly refused: Refused | undefined;
  /** Of the file, a moment ago, by a person. */
  readonly isChange: boolean;
  readonly onReady: () => void;
  readonly signal: AbortSignal;
}

export interface ReconfigurableOptions {
  readonly configuration: Configuration;
  /** Aborts with each change. */
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Logger;
  /** What was wrong with a file that was put back before the first start. */
  readonly refused: Refused | undefined;
  readonly run: (start: Start) => Promise<void>;
}

/** An answer that told of the change goes out before the gateway stops. */
const GRACE_MS = 300;

/** Where {@link Configuration} says that the file has changed. */
export class Changes {
  #now = new AbortController();

  get signal(): AbortSignal {
    return this.#now.signal;
  }

  tell(): void {
    this.#now.abort();
  }

  /** Changes from here on. */
  again(): void {
    this.#now = new AbortController();
  }
}

/**
 * Runs until the signal aborts. A start with a new file that fails puts the version before back and goes on with it; the first start's failure, and
 * what fails later than the start, is thrown.
 */
export async function runReconfigurable(options: ReconfigurableOptions, signal: AbortSignal): Promise<void> {
  const { configuration, changes, clock, log, run } = options;
  let { refused } = options;
  for (let isFirst = true; ; isFirst = false) {
    changes.again();
    const stop = AbortSignal.any([signal, afterGrace(changes.signal, clock)]);
    let isReady = false;
    const onReady = (): void => {
      isReady = true;
      try {
        configuration.noteInUse();
      } catch (err) {
        log.warn({ err }, "the site file in use could not be kept as a version");
      }
    };
    try {
      await run({ refused, isChange: !isFirst && refused === undefined, onReady, signal: stop });
      if (signal.aborted || !changes.signal.aborted) return;
      refused = undefined;
      log.info({ version: configuration.versions.at(-1)?.n }, "the site file has changed: starting anew");
    } catch (error) {
      if (isReady || isFirst || signal.aborted) throw error;
      const reason = error instanceof ConfigError ? reasonOf(error) : String(error);
      const version = configuration.versions.at(-1)?.n ?? 0;
      if (refused !== undefined || configuration.putBack(reason) === undefined) throw error;
      refused = { reason, version };
      log.error(
        { err: error, version },
        "the gateway does not start with the new site file: the one before is put back",
      );
    }
  }
}

function reasonOf({ problems, message }: ConfigError): string {
  const [first] = problems;
  return first === undefined ? message : `${first.path === "" ? "" : `${first.path}: `}${first.reason}`;
}

function afterGrace(changed: AbortSignal, clock: Clock): AbortSignal {
  const stop = new AbortController();
  changed.addEventListener("abort", () => clock.after(GRACE_MS, () => stop.abort()), { once: true });
  return stop.signal;
}
