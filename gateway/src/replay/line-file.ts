/** A text file written line by line in large pieces. What waits in memory is bounded: a slow disk holds the writer up. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { ConfigError } from "@gatehouse/protocol";

const PIECE_BYTES = 1 << 19;
const NEWLINE = 10;
/** UTF-8 bytes one UTF-16 unit takes at most. */
const MAX_UNIT_BYTES = 3;

export class LineFile {
  readonly path: string;
  readonly #fd: number;
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;

  /** Throws ConfigError when the file cannot be made. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, "w");
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** `line` without its newline. Returns the bytes it takes with it. */
  write(line: string): number {
    const most = line.length * MAX_UNIT_BYTES + 1;
    if (this.#used + most > PIECE_BYTES) this.#flush();
    if (most > PIECE_BYTES) {
      const bytes = Buffer.from(`${line}\n`);
      writeFileSync(this.#fd, bytes);
      return bytes.length;
    }
    const from = this.#used;
    this.#used += this.#piece.write(line, from);
    this.#piece[this.#used++] = NEWLINE;
    return this.#used - from;
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    writeFileSync(this.#fd, this.#piece.subarray(0, this.#used));
    this.#used = 0;
  }
}

export function unwritable(path: string, cause: unknown): ConfigError {
  const reason = `cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new ConfigError({ path, reason, fix: "name a folder this user may write to" }, { cause });
}
