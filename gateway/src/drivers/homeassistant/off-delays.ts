/** Signals that end by themselves, because their sensors never say so. Which stand is on disk: after a restart they end too. */
import type { Clock } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const NAME = "off-delays";
const Standing = z.array(z.string().max(700)).max(5_000);

export class OffDelays {
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #log: Logger;
  readonly #timers = new Map<string, () => void>();
  /** Of an earlier life, whose sensors are not known yet. */
  readonly #left = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(clock: Clock, vault: Vault, log: Logger) {
    this.#clock = clock;
    this.#vault = vault;
    this.#log = log;
  }

  async read(): Promise<void> {
    const content = await this.#vault.read(NAME);
    if (content === undefined) return;
    try {
      for (const key of Standing.parse(JSON.parse(content.toString("utf8")))) this.#left.add(key);
    } catch (err) {
      this.#log.warn({ err }, "which signals end by themselves cannot be read");
    }
  }

  /** Ends after `seconds`, counted from the last time this was said. */
  start(key: string, seconds: number, end: () => void): void {
    const isNew = !this.#timers.has(key) && !this.#left.has(key);
    this.#left.delete(key);
    this.#timers.get(key)?.();
    const cancel = this.#clock.after((seconds * 1_000) / this.#clock.scale, () => {
      this.stop(key);
      end();
    });
    this.#timers.set(key, cancel);
    if (isNew) this.#write();
  }

  /** Of a signal that stood when the last life ended. */
  resume(key: string, seconds: number, end: () => void): void {
    if (this.#left.has(key)) this.start(key, seconds, end);
  }

  /** The sensor said itself that it is off. */
  stop(key: string): void {
    this.#timers.get(key)?.();
    const wasThere = this.#timers.delete(key);
    if (this.#left.delete(key) || wasThere) this.#write();
  }

  /** The driver ends: what stands, stands for its next life. */
  close(): void {
    for (const cancel of this.#timers.values()) cancel();
  }

  /** Only when another one stands or ended, not for each word of a busy sensor. */
  #write(): void {
    const content = Buffer.from(JSON.stringify([...this.#left, ...this.#timers.keys()].slice(0, 5_000)));
    this.#writing = this.#writing
      .then(() => this.#vault.write(NAME, content))
      .catch((err: unknown) => this.#log.warn({ err }, "which signals end by themselves is not on disk"));
  }
}
