/** What is remembered of one device behind a PLC over restarts: its totals, its contacts, whether it was away. */
import type { RunningCount } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const Count = z.object({ raw: z.number(), total: z.number(), odd: z.number().optional() });
const Remembered = z.object({
  counts: z.object({ in: Count.optional(), out: Count.optional() }).default({}),
  /** World time at which the totals were last believed. */
  countedAtMs: z.number().optional(),
  /** By NodeId: on or off, inversion taken off. */
  contacts: z.record(z.string(), z.boolean()).default({}),
  offline: z.boolean().default(false),
});
export type Remembered = z.infer<typeof Remembered>;

/** What changed is worked out anew from the PLC after a crash: it costs a flush of the disk. */
const SAVE_EVERY_MS = 60_000;

export class DeviceMemory {
  readonly #vault: Vault;
  readonly #device: string;
  readonly #log: Logger;
  #state: Remembered = Remembered.parse({});
  #dirty = false;
  #savedMs = Number.NEGATIVE_INFINITY;

  constructor(device: string, vault: Vault, log: Logger) {
    this.#device = device;
    this.#vault = vault;
    this.#log = log;
  }

  get state(): Readonly<Remembered> {
    return this.#state;
  }

  async load(): Promise<void> {
    const bytes = await this.#vault.read(this.#device);
    if (bytes === undefined) return;
    try {
      this.#state = Remembered.parse(JSON.parse(bytes.toString("utf8")));
    } catch (err) {
      this.#log.warn({ device: this.#device, err }, "what was remembered of the device cannot be read, it begins anew");
    }
  }

  count(direction: "in" | "out"): RunningCount | undefined {
    return this.#state.counts[direction];
  }

  change(change: Partial<Remembered>): void {
    this.#state = { ...this.#state, ...change };
    this.#dirty = true;
  }

  async save(monoMs: number, when: "now" | "soon"): Promise<void> {
    if (!this.#dirty || (when === "soon" && monoMs - this.#savedMs < SAVE_EVERY_MS)) return;
    this.#dirty = false;
    this.#savedMs = monoMs;
    try {
      await this.#vault.write(this.#device, Buffer.from(JSON.stringify(this.#state)));
    } catch (err) {
      this.#dirty = true;
      this.#log.warn({ device: this.#device, err }, "what is remembered of the device could not be written");
    }
  }
}
