/** The last totals of a driver's meters across restarts, so that a meter replaced meanwhile is known for what it is. */
import { z } from "zod";
import type { Clock, Vault } from "../../core/ports.ts";
import type { KnownTotal } from "./total-guard.ts";

const FILE = "totals";
/** Hardly worth a flush more often: what is lost is that much of a reference. */
const SAVE_EVERY_MS = 3_600_000;

const Totals = z.record(z.string(), z.object({ total: z.number().min(0), atMs: z.number(), epoch: z.int().min(0) }));

export class TotalMemory {
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #totals = new Map<string, KnownTotal>();
  #savedAtMs = Number.NEGATIVE_INFINITY;

  constructor(vault: Vault, clock: Clock) {
    this.#vault = vault;
    this.#clock = clock;
  }

  /** Once, before anything else. What cannot be read is as if there was nothing. */
  async open(): Promise<void> {
    const content = await this.#vault.read(FILE);
    if (content === undefined) return;
    for (const [key, known] of Object.entries(parse(content))) this.#totals.set(key, known);
  }

  recall(device: string, kind: string): KnownTotal | undefined {
    return this.#totals.get(`${device} ${kind}`);
  }

  /** On disk when it resolves, where the meter is new or began anew; else now and then. */
  async note(device: string, kind: string, known: KnownTotal, anew: boolean): Promise<void> {
    const key = `${device} ${kind}`;
    const isNew = !this.#totals.has(key);
    this.#totals.set(key, known);
    const nowMs = this.#clock.monoMs();
    if (!anew && !isNew && nowMs - this.#savedAtMs < SAVE_EVERY_MS) return;
    this.#savedAtMs = nowMs;
    await this.#vault.write(FILE, Buffer.from(JSON.stringify(Object.fromEntries(this.#totals))));
  }
}

function parse(content: Buffer): Readonly<Record<string, KnownTotal>> {
  try {
    return Totals.parse(JSON.parse(content.toString("utf8")));
  } catch {
    return {};
  }
}
