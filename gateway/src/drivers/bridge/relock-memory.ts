/** Which doors are to lock again and when, on disk, so that neither a lost connection nor a restart leaves one open. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const NAME = "relocks";
const Relocks = z.record(z.string().max(64), z.number().min(0));

export class RelockMemory {
  readonly #vault: Vault;
  readonly #log: Logger;
  #until = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(vault: Vault, log: Logger) {
    this.#vault = vault;
    this.#log = log;
  }

  async read(): Promise<void> {
    const content = await this.#vault.read(NAME);
    if (content === undefined) return;
    try {
      this.#until = new Map(Object.entries(Relocks.parse(JSON.parse(content.toString("utf8")))));
    } catch (err) {
      this.#log.warn({ err }, "which doors are to lock again cannot be read");
    }
  }

  /** World time, ms. */
  until(device: string): number | undefined {
    return this.#until.get(device);
  }

  /** Resolves when it is on disk. A disk that fails costs the memory, not the command. */
  note(device: string, untilMs: number | undefined): Promise<void> {
    if (untilMs === undefined && !this.#until.has(device)) return this.#writing;
    if (untilMs === undefined) this.#until.delete(device);
    else this.#until.set(device, untilMs);
    const content = Buffer.from(JSON.stringify(Object.fromEntries(this.#until)));
    this.#writing = this.#writing
      .then(() => this.#vault.write(NAME, content))
      .catch((err: unknown) => this.#log.warn({ device, err }, "when a door locks again is not on disk"));
    return this.#writing;
  }
}
