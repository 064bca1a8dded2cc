/** Asks the disk whether it works at all. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a small file, flushes it and reads it back. SQLite calls a sector that cannot be read damage, which it is when the disk works
 * otherwise; else the disk, or its cable, is out, and what is on it may well be sound.
 */
export function diskAnswers(dir: string): boolean {
  const path = join(dir, ".probe");
  const written = randomBytes(512);
  const read = Buffer.alloc(written.length);
  try {
    const fd = openSync(path, "w+", 0o600);
    try {
      writeSync(fd, written);
      fsyncSync(fd);
      readSync(fd, read, 0, read.length, 0);
    } finally {
      closeSync(fd);
      rmSync(path, { force: true });
    }
    return written.equals(read);
  } catch {
    return false;
  }
}
