/** A text file written line by line in large pieces. What waits in memory is bounded: a slow disk holds the writer up. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { ConfigError } from "@gatehouse/protocol";

const PIECE_CHARS = 1 << 18;

export class LineFile {
  readonly path: string;
  readonly #fd: number;
  #waiting = "";

  /** Throws ConfigError when the file cannot be made. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, "w");
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** `line` without its newline. */
  write(line: string): void {
    this.#waiting += `${line}\n`;
    if (this.#waiting.length > PIECE_CHARS) this.flush();
  }

  flush(): void {
    writeFileSync(this.#fd, this.#waiting);
    this.#waiting = "";
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}

export function unwritable(path: string, cause: unknown): ConfigError {
  const reason = `cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new ConfigError({ path, reason, fix: "name a folder this user may write to" }, { cause });
}
