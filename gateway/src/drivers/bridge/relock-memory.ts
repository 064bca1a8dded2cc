/** Which doors are to lock again and when, on disk, so that neither a lost connection nor a restart leaves one open. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";
import { KeptValue } from "./kept-value.ts";

const Relocks = z.record(z.string().max(64), z.number().min(0));

export class RelockMemory {
  readonly #file: KeptValue<Record<string, number>>;
  #until = new Map<string, number>();

  constructor(vault: Vault, log: Logger) {
    this.#file = new KeptValue({
      vault,
      log,
      name: "relocks",
      schema: Relocks,
      content: "which doors are to lock again",
    });
  }

  async read(): Promise<void> {
    this.#until = new Map(Object.entries((await this.#file.read()) ?? {}));
  }

  /** World time, ms. */
  until(device: string): number | undefined {
    return this.#until.get(device);
  }

  /** Resolves when it is on disk. A disk that fails costs the memory, not the command. */
  async note(device: string, untilMs: number | undefined): Promise<void> {
    const isNew = untilMs !== undefined || this.#until.has(device);
    if (untilMs === undefined) this.#until.delete(device);
    else this.#until.set(device, untilMs);
    await (isNew ? this.#file.write(Object.fromEntries(this.#until)) : this.#file.written);
  }
}
