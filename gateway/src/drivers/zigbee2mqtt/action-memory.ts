/** The last `action` of each device, on disk: Zigbee2MQTT says what it retains again when it comes back, and that is nobody at the door. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";
import { KeptValue } from "../bridge/kept-value.ts";

const MAX_DEVICES = 1_000;
const Actions = z
  .record(z.string().max(200), z.string().max(64))
  .refine((all) => Object.keys(all).length <= MAX_DEVICES);
/** Time in which Zigbee2MQTT repeats itself after it came back: it begins after two seconds, and says a message for each device. */
const REPEATS_MS = 30_000;

/** Of a payload with an action; undefined for one without. The disk gets no words of a lock. */
export function actionMark(payload: string): string | undefined {
  return /"action"\s*:\s*"[^"]/.test(payload) ? createHash("sha256").update(payload).digest("base64url") : undefined;
}

export class ActionMemory {
  readonly #file: KeptValue<Record<string, string>>;
  #marks = new Map<string, string>();
  #backMonoMs: number | undefined;
  /** Said again already since: a second time is somebody at the door. */
  readonly #repeated = new Set<string>();

  constructor(vault: Vault, log: Logger) {
    this.#file = new KeptValue({
      vault,
      log,
      name: "actions",
      schema: Actions,
      content: "the last action of each device",
    });
  }

  async read(): Promise<void> {
    this.#marks = new Map(Object.entries((await this.#file.read()) ?? {}));
  }

  /** Zigbee2MQTT says that it begins. */
  back(monoMs: number): void {
    this.#backMonoMs = monoMs;
    this.#repeated.clear();
  }

  /** The same words as last time, once, just when Zigbee2MQTT repeats itself. */
  isRepeat(device: string, mark: string, monoMs: number): boolean {
    if (this.#backMonoMs === undefined || monoMs - this.#backMonoMs >= REPEATS_MS) return false;
    if (this.#marks.get(device) !== mark || this.#repeated.has(device)) return false;
    this.#repeated.add(device);
    return true;
  }

  /** After its readings are on disk. A disk that fails costs the memory, not the reading. */
  async keep(device: string, mark: string): Promise<void> {
    const isFull = !this.#marks.has(device) && this.#marks.size >= MAX_DEVICES;
    const isNew = this.#marks.get(device) !== mark && !isFull;
    if (isNew) this.#marks.set(device, mark);
    await (isNew ? this.#file.write(Object.fromEntries(this.#marks)) : this.#file.written);
  }
}
