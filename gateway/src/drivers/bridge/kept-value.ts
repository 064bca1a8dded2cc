/** One small thing a driver remembers on disk: read once, then replaced whole, one write after the other. */
import type { ZodType } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

export interface KeptValueOptions<T> {
  readonly vault: Vault;
  readonly log: Logger;
  /** In the vault. */
  readonly name: string;
  readonly schema: ZodType<T>;
  /** For the log: "which doors are to lock again". */
  readonly content: string;
}

export class KeptValue<T> {
  readonly #options: KeptValueOptions<T>;
  #writing: Promise<boolean> = Promise.resolve(true);

  constructor(options: KeptValueOptions<T>) {
    this.#options = options;
  }

  /** Undefined where there is none, or none that can be read. */
  async read(): Promise<T | undefined> {
    const { vault, log, name, schema, content } = this.#options;
    const bytes = await vault.read(name);
    if (bytes === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(bytes.toString("utf8")));
    } catch (err) {
      log.warn({ err }, `${content} cannot be read`);
      return undefined;
    }
  }

  /** Resolves when all that was handed over before is through; false: the last of it is not on disk. */
  get written(): Promise<boolean> {
    return this.#writing;
  }

  /** As it is now. A disk that fails costs the memory, and not what it is about: never rejects. */
  write(value: T): Promise<boolean> {
    const { vault, log, name, content } = this.#options;
    const bytes = Buffer.from(JSON.stringify(value));
    this.#writing = this.#writing
      .then(() => vault.write(name, bytes))
      .then(
        () => true,
        (err: unknown) => {
          log.warn({ err }, `${content} is not on disk`);
          return false;
        },
      );
    return this.#writing;
  }
}
