/** The first 100 bytes of a database (SQLite file format, section 1.3): which of them we know, and how to put them right. */
import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";

export const PAGE_BYTES = 4096;
const HEADER_BYTES = 100;
const PAGE_COUNT_AT = 28;
/** A flag that depends on the log mode: 1 or 2. */
const MODE_AT = [18, 19];

/** Offset and value of every byte that is the same in all our databases, from the first transaction on. */
const KNOWN: readonly (readonly [at: number, bytes: readonly number[]])[] = [
  [0, [...Buffer.from("SQLite format 3\0")]],
  [16, [PAGE_BYTES >> 8, PAGE_BYTES & 0xff]],
  // Reserved space, payload fractions.
  [20, [0, 64, 32, 32]],
  // No auto-vacuum.
  [52, [0, 0, 0, 0]],
];

/** Known once there are tables: schema format 4, UTF-8. */
const KNOWN_WITH_TABLES: typeof KNOWN = [
  [44, [0, 0, 0, 4]],
  [56, [0, 0, 0, 1]],
];

/** What is wrong, undefined when nothing is or the file is empty. SQLite itself lets some of these pass and fails at the first write. */
export function headerDamage(path: string): string | undefined {
  const header = readHeader(path);
  if (header.length === 0) return undefined;
  if (header.length < HEADER_BYTES) return `the database is ${header.length} bytes long`;
  for (const [at, bytes] of KNOWN) {
    for (const [i, byte] of bytes.entries()) {
      if (header[at + i] !== byte) return `byte ${at + i} of the database's header is ${header[at + i]}, not ${byte}`;
    }
  }
  const mode = MODE_AT.find((at) => header[at] !== 1 && header[at] !== 2);
  return mode === undefined ? undefined : `byte ${mode} of the database's header is ${header[mode]}`;
}

/** Gives a damaged database a header that lets SQLite read what is left, also of a file cut short. */
export function putSoundHeader(path: string): void {
  const fd = openSync(path, "r+");
  try {
    for (const [at, bytes] of [...KNOWN, ...KNOWN_WITH_TABLES]) writeSync(fd, Buffer.from(bytes), 0, bytes.length, at);
    for (const at of MODE_AT) writeSync(fd, Buffer.from([2]), 0, 1, at);
    const pages = Buffer.alloc(4);
    pages.writeUInt32BE(Math.max(1, Math.floor(statSync(path).size / PAGE_BYTES)));
    writeSync(fd, pages, 0, 4, PAGE_COUNT_AT);
  } finally {
    closeSync(fd);
  }
}

function readHeader(path: string): Buffer {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return Buffer.alloc(0);
  const fd = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(fd, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}
