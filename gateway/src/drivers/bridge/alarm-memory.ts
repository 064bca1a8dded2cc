/** Calls for help that stand, on disk: a device repeats its state with all it says, and after a restart that is no new call. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";
import { KeptValue } from "./kept-value.ts";

const Alarms = z.array(z.string().max(500)).max(10_000);

/** Kinds of readings of which each one is an alert of its own. */
const CALLS: readonly string[] = ["panic", "duress"];
export const isCall = (kind: string | undefined): boolean => kind !== undefined && CALLS.includes(kind);

/** What a point said, and the how many-eth word of all that was. */
type Word = readonly [key: string, calls: boolean, n: number];

export class AlarmMemory {
  readonly #file: KeptValue<string[]>;
  /** As the disk had it at the start, until the point speaks. */
  readonly #before = new Set<string>();
  readonly #said = new Map<string, boolean>();
  readonly #standing = new Set<string>();
  readonly #keptN = new Map<string, number>();
  readonly #heard: Word[] = [];
  #count = 0;

  constructor(vault: Vault, log: Logger) {
    this.#file = new KeptValue({ vault, log, name: "alarms", schema: Alarms, content: "which calls for help stand" });
  }

  async read(): Promise<void> {
    for (const key of (await this.#file.read()) ?? []) {
      this.#before.add(key);
      this.#standing.add(key);
    }
  }

  /** What a device says of a point that calls for help. True for its first word in this life where it called in the one before. */
  hear(key: string, calls: boolean): boolean {
    if (this.#said.get(key) !== calls) {
      this.#said.set(key, calls);
      this.#heard.push([key, calls, ++this.#count]);
    }
    return this.#before.delete(key);
  }

  /** What was heard since; {@link keep} it once its readings are on disk, not before: else a power cut between the two loses the call. */
  take(): readonly Word[] {
    return this.#heard.splice(0);
  }

  /** Resolves when it is on disk. An older word never counts over a newer one. A disk that fails costs the memory, not the call. */
  async keep(heard: readonly Word[]): Promise<void> {
    let isNew = false;
    for (const [key, calls, n] of heard) {
      if (n < (this.#keptN.get(key) ?? 0)) continue;
      this.#keptN.set(key, n);
      if (this.#standing.has(key) === calls) continue;
      isNew = true;
      if (calls) this.#standing.add(key);
      else this.#standing.delete(key);
    }
    await (isNew ? this.#file.write([...this.#standing]) : this.#file.written);
  }
}
