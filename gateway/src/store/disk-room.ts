/** How much room the disk has, for the data and beside it. */
import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Kept free beside the data: SQLite's other files, and whatever else is written on this disk. */
export const SPARE_BYTES = 4 * 1024 * 1024;
/** Of a disk too small for its reserve, so much is reserve. */
const SMALL_DISK_SHARE = 1 / 4;
/** Less than SQLite needs to open its files. */
const FULL_BYTES = 128 * 1024;

export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export function diskIsFull(dir: string): boolean {
  return freeBytes(dir) < FULL_BYTES;
}

/** What the database and its log take now and could take more, others on the disk permitting. */
export function capacityBytes(database: string): number {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size(database) + size(`${database}-wal`) + freeBytes(dirname(database));
}

/** How much of it the live data may be, so that a log of `walBytes` finds room twice: as it is, and copied into the database. */
export function dataBytes(capacity: number, walBytes: number): number {
  return Math.floor(capacity - Math.min(2 * walBytes + SPARE_BYTES, capacity * SMALL_DISK_SHARE));
}
