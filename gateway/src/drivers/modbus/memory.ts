/** What is remembered of one device over restarts: where its counters stood, what its inputs said, outputs that must fall back. */
import type { RunningCount } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const Count = z.object({ raw: z.number(), total: z.number(), odd: z.number().optional() });

const Remembered = z.object({
  /** World time at which the counts were last believed. */
  countedAtMs: z.number().optional(),
  counts: z.object({ in: Count.optional(), out: Count.optional() }).default({}),
  /** Whether the input was on, its meaning's inversion taken off. */
  inputs: z.record(z.string(), z.boolean()).default({}),
  offline: z.boolean().default(false),
  /** Outputs that were switched for a while and are not known to be back. */
  pulsing: z.array(z.number()).default([]),
});
type Remembered = z.infer<typeof Remembered>;

/** Counters and inputs cost a flush of the disk each: after a crash what is older than this is worked out anew from the device. */
const SAVE_EVERY_MS = 60_000;

export class UnitMemory {
  readonly #vault: Vault;
  readonly #name: string;
  readonly #log: Logger;
  #state: Remembered = Remembered.parse({});
  #dirty = false;
  #savedMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();

  constructor(device: string, vault: Vault, log: Logger) {
    this.#name = device;
    this.#vault = vault;
    this.#log = log;
  }

  async load(): Promise<void> {
    const bytes = await this.#vault.read(this.#name);
    if (bytes === undefined) return;
    try {
      this.#state = Remembered.parse(JSON.parse(bytes.toString("utf8")));
    } catch (err) {
      this.#log.warn({ device: this.#name, err }, "what was remembered of the device cannot be read, it begins anew");
    }
  }

  get state(): Readonly<Remembered> {
    return this.#state;
  }

  count(direction: "in" | "out"): RunningCount | undefined {
    return this.#state.counts[direction];
  }

  change(change: Partial<Remembered>): void {
    this.#state = { ...this.#state, ...change };
    this.#dirty = true;
  }

  /**
   * When it is time; `now` for what a crash must not undo. A disk that takes nothing stops no door and no count: it is tried again with the
   * next change, and the store says that the disk fails.
   */
  async save(monoMs: number, when: "now" | "soon"): Promise<void> {
    if (!this.#dirty || (when === "soon" && monoMs - this.#savedMs < SAVE_EVERY_MS)) return;
    this.#dirty = false;
    this.#savedMs = monoMs;
    const content = Buffer.from(JSON.stringify(this.#state));
    this.#writing = this.#writing.then(() => this.#write(content));
    await this.#writing;
  }

  async #write(content: Buffer): Promise<void> {
    try {
      await this.#vault.write(this.#name, content);
    } catch (err) {
      this.#dirty = true;
      this.#log.warn({ device: this.#name, err }, "what is remembered of the device could not be written");
    }
  }
}
