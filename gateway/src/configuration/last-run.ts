/** Which site file the gateway ran with last, over restarts and power cuts: `configs/last-run.json`. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileDurably } from "../store/durable-file.ts";

const Content = z.object({ hash: z.string(), tries: z.int().min(0) });

export class LastRun {
  readonly #dir: string;
  #content: z.infer<typeof Content> | undefined;

  /** A damaged file is as none. */
  constructor(stateDir: string) {
    this.#dir = join(stateDir, "configs");
    try {
      this.#content = Content.safeParse(JSON.parse(readFileSync(this.#file, "utf8"))).data;
    } catch {
      this.#content = undefined;
    }
  }

  /** Undefined where none was ever ready. */
  get hash(): string | undefined {
    return this.#content?.hash;
  }

  /** Starts of processes with another file since. */
  get tries(): number {
    return this.#content?.tries ?? 0;
  }

  /** The gateway was ready with the file of this hash. */
  ran(hash: string): void {
    if (this.hash !== hash || this.tries > 0) this.#write({ hash, tries: 0 });
  }

  tried(): void {
    if (this.#content !== undefined) this.#write({ ...this.#content, tries: this.tries + 1 });
  }

  #write(content: z.infer<typeof Content>): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    writeFileDurably(this.#file, JSON.stringify(content));
    this.#content = content;
  }

  get #file(): string {
    return join(this.#dir, "last-run.json");
  }
}
