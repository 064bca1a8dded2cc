/** Small files that are there whole or not at all: keys, markers. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Makes names created, renamed or removed in `dir` survive a power cut. */
export function fsyncDir(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces `path`: after a power cut at any moment it holds the old content or the new, and once this has returned, the new.
 * Readable by its owner alone. Throws what the file system throws; then the old content stands.
 */
export function writeFileDurably(path: string, content: string | Uint8Array): void {
  const dir = dirname(path);
  const draft = join(dir, `.${basename(path)}.draft`);
  rmSync(draft, { force: true });
  const fd = openSync(draft, "wx", 0o600);
  try {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  fsyncDir(dir);
}

/** Removes `path` if it is there, for good. */
export function removeFileDurably(path: string): void {
  rmSync(path, { force: true });
  fsyncDir(dirname(path));
}
