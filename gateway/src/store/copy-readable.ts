/** Copies a file of which parts may be unreadable. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { PAGE_BYTES } from "./header.ts";
import { diskAnswers } from "./probe.ts";

const CHUNK_BYTES = 64 * PAGE_BYTES;

/** Pages that cannot be read become zeros, as long as the disk works otherwise. Throws where it does not. */
export function copyReadable(from: string, to: string): void {
  const source = openSync(from, "r");
  try {
    const target = openSync(to, "w", 0o600);
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let at = 0; ; ) {
        const length = readChunk(source, chunk, at, dirname(to));
        if (length === 0) break;
        for (let done = 0; done < length; ) done += writeSync(target, chunk, done, length - done, at + done);
        at += length;
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function readChunk(fd: number, chunk: Buffer, at: number, dir: string): number {
  try {
    return readSync(fd, chunk, 0, CHUNK_BYTES, at);
  } catch {
    let length = 0;
    for (let page = 0; page < CHUNK_BYTES; page += PAGE_BYTES) {
      const got = readPage(fd, chunk, page, at, dir);
      length += got;
      if (got < PAGE_BYTES) break;
    }
    return length;
  }
}

function readPage(fd: number, chunk: Buffer, page: number, at: number, dir: string): number {
  try {
    return readSync(fd, chunk, page, PAGE_BYTES, at + page);
  } catch (error) {
    if (!diskAnswers(dir)) throw error;
    chunk.fill(0, page, page + PAGE_BYTES);
    return PAGE_BYTES;
  }
}
