/** A small JSON document that survives: two files with a checksum each, written one after the other, off the main thread. */
import { crc32 } from "node:zlib";
import type { z } from "zod";
import type { Health, Vault } from "../../core/ports.ts";

export interface KeptOptions<T> {
  readonly vault: Vault;
  /** The second file is NAME.copy. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly empty: T;
  readonly health: Health;
}

/** Writes whole documents, the latest wins. Both files are never written at once, so one is whole at any moment. */
export class Kept<T> {
  readonly #options: KeptOptions<T>;
  #value: T;
  #writing: Promise<void> | undefined;
  #wanted = 0;
  #stored = 0;

  constructor(options: KeptOptions<T>, value: T) {
    this.#options = options;
    this.#value = value;
  }

  /** Damage of one file is mended from the other; where both are damaged it begins empty, and a health code says so. */
  static async open<T>(options: KeptOptions<T>): Promise<Kept<T>> {
    const { vault, name, health, empty } = options;
    const names = [name, `${name}.copy`];
    const texts = await Promise.all(names.map((each) => vault.read(each)));
    const found = texts.map((text) => (text === undefined ? undefined : parse(options.schema, text.toString("utf8"))));
    const value = found.find((each) => each !== undefined);
    const damaged = names.filter((_, i) => texts[i] !== undefined && found[i] === undefined);
    for (const each of damaged) {
      const text = texts[names.indexOf(each)];
      if (text !== undefined) await vault.write(`${each}.damaged`, text);
      const what = value === undefined ? "is lost, and begins empty: check the disk" : "is made anew from its copy";
      health.raise("storage-quarantined", `console/${each}`, `the file was damaged and ${what}`);
    }
    const kept = new Kept(options, value ?? empty);
    if (damaged.length > 0) await kept.write(kept.value);
    return kept;
  }

  get value(): T {
    return this.#value;
  }

  /** Resolves when it, or a later one, is on disk. Rejects with what the disk says; the value counts for this run all the same. */
  async write(value: T): Promise<void> {
    this.#value = value;
    const mine = ++this.#wanted;
    while (this.#stored < mine) {
      if (this.#writing !== undefined) await this.#writing.catch(() => {});
      else {
        this.#writing = this.#store().finally(() => {
          this.#writing = undefined;
        });
        await this.#writing;
      }
    }
  }

  async #store(): Promise<void> {
    const { vault, name } = this.#options;
    const version = this.#wanted;
    const body = JSON.stringify(this.#value);
    const text = Buffer.from(`${body}\n${crc32(body)}\n`);
    await vault.write(name, text);
    await vault.write(`${name}.copy`, text);
    this.#stored = version;
  }
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  const [body = "", sum] = text.split("\n");
  if (sum !== String(crc32(body))) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
