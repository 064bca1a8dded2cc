/** Calls for help that stand, on disk: a device repeats its state with all it says, and after a restart that is no new call. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const NAME = "alarms";
const Alarms = z.array(z.string().max(500)).max(10_000);

/** Kinds of readings of which each one is an alert of its own. */
const CALLS: readonly string[] = ["panic", "duress"];
export const isCall = (kind: string | undefined): boolean => kind !== undefined && CALLS.includes(kind);

export class AlarmMemory {
  readonly #vault: Vault;
  readonly #log: Logger;
  readonly #standing = new Set<string>();
  readonly #heard: (readonly [string, boolean])[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(vault: Vault, log: Logger) {
    this.#vault = vault;
    this.#log = log;
  }

  async read(): Promise<void> {
    const content = await this.#vault.read(NAME);
    if (content === undefined) return;
    try {
      for (const key of Alarms.parse(JSON.parse(content.toString("utf8")))) this.#standing.add(key);
    } catch (err) {
      this.#log.warn({ err }, "which calls for help stand cannot be read");
    }
  }

  /** What a device says of a point that calls for help. True when it called already, in an earlier life too. */
  hear(key: string, calls: boolean): boolean {
    const before = this.#standing.has(key);
    if (before !== calls) this.#heard.push([key, calls]);
    return before;
  }

  /** What was heard since; {@link keep} it once its readings are on disk, not before: else a power cut between the two loses the call. */
  take(): readonly (readonly [string, boolean])[] {
    return this.#heard.splice(0);
  }

  /** Resolves when it is on disk. A disk that fails costs the memory, not the call. */
  keep(heard: readonly (readonly [string, boolean])[]): Promise<void> {
    if (heard.length === 0) return this.#writing;
    for (const [key, calls] of heard) {
      if (calls) this.#standing.add(key);
      else this.#standing.delete(key);
    }
    const content = Buffer.from(JSON.stringify([...this.#standing]));
    this.#writing = this.#writing
      .then(() => this.#vault.write(NAME, content))
      .catch((err: unknown) => this.#log.warn({ err }, "which calls for help stand is not on disk"));
    return this.#writing;
  }
}
