/** Announcements of the devices that are bound, kept over a restart: our own broker keeps none, and states may come before them. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const NAME = "announcements";
const Kept = z.array(z.object({ topic: z.string(), payload: z.string() }));
type Kept = z.infer<typeof Kept>;

export class AnnouncementMemory {
  readonly #vault: Vault;
  readonly #log: Logger;
  readonly #payloads = new Map<string, string>();
  #written = "[]";

  constructor(vault: Vault, log: Logger) {
    this.#vault = vault;
    this.#log = log;
  }

  async read(): Promise<Kept> {
    const bytes = await this.#vault.read(NAME);
    if (bytes === undefined) return [];
    try {
      return Kept.parse(JSON.parse(bytes.toString("utf8")));
    } catch (err) {
      this.#log.warn({ err }, "what was kept of announcements cannot be read, and is learned anew");
      return [];
    }
  }

  note(topic: string, payload: string): void {
    if (payload === "") this.#payloads.delete(topic);
    else this.#payloads.set(topic, payload);
  }

  /** Of these topics; the rest is forgotten. Resolves when it is on disk. */
  async keep(topics: ReadonlySet<string>): Promise<void> {
    const kept: Kept = [];
    for (const [topic, payload] of this.#payloads) {
      if (topics.has(topic)) kept.push({ topic, payload });
      else this.#payloads.delete(topic);
    }
    const text = JSON.stringify(kept);
    if (text === this.#written) return;
    await this.#vault.write(NAME, Buffer.from(text));
    this.#written = text;
  }
}
