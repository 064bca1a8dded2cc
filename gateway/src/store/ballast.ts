/** A file that only takes room, so that there is some to let go of when the disk is full: then even deleting rows needs space. */

import { randomFillSync } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { freeBytes, SPARE_BYTES } from "./disk-room.ts";

const CHUNK_BYTES = 1024 * 1024;

export class Ballast {
  readonly #dir: string;
  readonly #path: string;
  readonly #bytes: number;

  constructor(dir: string, bytes: number) {
    this.#dir = dir;
    this.#path = join(dir, "ballast");
    this.#bytes = bytes;
  }

  /** Gives the room back. */
  drop(): void {
    rmSync(this.#path, { force: true });
  }

  /** Whether it is there whole. */
  get whole(): boolean {
    return this.#size() >= this.#bytes;
  }

  /** Whether the disk has room for what is missing of it twice over, and some more. */
  get hasRoom(): boolean {
    return freeBytes(this.#dir) >= 2 * (this.#bytes - this.#size()) + SPARE_BYTES;
  }

  /** Writes a little more of it, never sparse and nothing a file system could squeeze. Calls for more until it is whole. */
  grow(): boolean {
    const size = this.#size();
    const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#bytes - size)));
    const fd = openSync(this.#path, "a", 0o600);
    try {
      writeSync(fd, chunk);
      fsyncSync(fd);
    } catch (error) {
      ftruncateSync(fd, size);
      throw error;
    } finally {
      closeSync(fd);
    }
    return !this.whole;
  }

  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }
}
