/** Signals that end by themselves, because their sensors never say so. Which stand is on disk until their end is stored: after a restart they end too. */
import type { Clock } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";
import { KeptValue } from "../bridge/kept-value.ts";

const MAX_STANDING = 5_000;
const Standing = z.array(z.string().max(700)).max(MAX_STANDING);
/** What the disk did not take is tried again, ms of real time. */
const RETRY_MS = 5_000;

/** Ends the signal, and gives what stores that: it is called until it resolves. */
export type EndSignal = () => () => Promise<unknown>;

interface Signal {
  cancel: () => void;
  /** It is over, but its end is not on disk. */
  isEnding: boolean;
}

export class OffDelays {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #file: KeptValue<string[]>;
  readonly #standing = new Map<string, Signal>();
  /** Of an earlier life, whose sensors are not known yet. */
  readonly #left = new Set<string>();
  #cancelWrite: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, vault: Vault, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    this.#file = new KeptValue({
      vault,
      log,
      name: "off-delays",
      schema: Standing,
      content: "which signals end by themselves",
    });
  }

  async read(): Promise<void> {
    for (const key of (await this.#file.read()) ?? []) this.#left.add(key);
  }

  /** Ends after `seconds`, counted from the last time this was said. */
  start(key: string, seconds: number, end: EndSignal): void {
    const isNew = !this.#standing.has(key) && !this.#left.has(key);
    this.#left.delete(key);
    this.#standing.get(key)?.cancel();
    const cancel = this.#clock.after((seconds * 1_000) / this.#clock.scale, () => {
      signal.isEnding = true;
      this.#store(key, signal, end());
    });
    const signal: Signal = { cancel, isEnding: false };
    this.#standing.set(key, signal);
    if (isNew) this.#write();
  }

  /** Of a signal that stood when the last life ended. */
  resume(key: string, seconds: number, end: EndSignal): void {
    if (this.#left.has(key)) this.start(key, seconds, end);
  }

  /** The sensor said itself that it is off. */
  stop(key: string): void {
    const signal = this.#standing.get(key);
    // Nobody else stores that one's end: its sensor only repeats what is known.
    if (signal?.isEnding === true) return;
    signal?.cancel();
    const wasThere = this.#standing.delete(key);
    if (this.#left.delete(key) || wasThere) this.#write();
  }

  /** The driver ends: what stands, stands for its next life. */
  close(): void {
    this.#closed = true;
    this.#cancelWrite?.();
    for (const { cancel } of this.#standing.values()) cancel();
  }

  #store(key: string, signal: Signal, store: () => Promise<unknown>): void {
    store().then(
      () => {
        // Else it has begun anew meanwhile.
        if (this.#closed || this.#standing.get(key) !== signal) return;
        this.#standing.delete(key);
        this.#write();
      },
      (err: unknown) => {
        if (this.#closed || this.#standing.get(key) !== signal) return;
        this.#log.debug({ err }, "the end of a signal was not stored, and is tried again");
        signal.cancel = this.#clock.after(RETRY_MS, () => this.#store(key, signal, store));
      },
    );
  }

  /** Only when another one stands or ended, not for each word of a busy sensor. */
  #write(): void {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    void this.#file.write([...this.#left, ...this.#standing.keys()].slice(0, MAX_STANDING)).then((isWritten) => {
      if (isWritten || this.#closed) return;
      this.#cancelWrite ??= this.#clock.after(RETRY_MS, () => this.#write());
    });
  }
}
