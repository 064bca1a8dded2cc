/** SQLite's write-ahead log, frame by frame (SQLite file format, section 4). */
import { readFileSync, statSync } from "node:fs";
import { PAGE_BYTES } from "./header.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
/** A disk writes at least so much whole or not at all. */
const SECTOR_BYTES = 512;
/** Checksums over little-endian words; the next number stands for big-endian ones. */
const MAGIC = 0x377f0682;
const VERSION = 3_007_000;

/** Two 32-bit numbers: salts, or a checksum, of which each continues the one before it. */
type Pair = readonly [number, number];

export interface Frame {
  readonly page: number;
  /** Pages of the database after the transaction that ends here; 0 where none does. */
  readonly endPages: number;
  /** Of this log and whole: its checksum continues the one that stands in the frame before. */
  readonly isSound: boolean;
  /** Of this log, and its head lies within one sector: where the next frame continues its checksum, what the head says is so. */
  readonly headIsWhole: boolean;
  readonly content: Buffer;
}

export interface LogFrames {
  /** Else SQLite takes the log for empty. */
  readonly headerIsSound: boolean;
  /** All there is room for in the file; behind the last transaction there may be older ones, which are not sound here. */
  readonly frames: readonly Frame[];
}

/** Undefined where there is no log, or none with a frame. */
export function readFrames(path: string): LogFrames | undefined {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < HEADER_BYTES + FRAME_BYTES) return undefined;
  const log = readFileSync(path);
  const littleEndian = log.readUInt32BE(0) !== MAGIC + 1;
  const headerIsSound = isSoundHeader(log, littleEndian);
  // The first frame tells the salts where the header does not.
  const salts = pairAt(log, headerIsSound ? 16 : HEADER_BYTES + 8);
  const sum = headerIsSound ? pairAt(log, 24) : pairAt(headerOf(log.readUInt32BE(12), salts), 24);
  const frames: Frame[] = [];
  for (let at = HEADER_BYTES; at + FRAME_BYTES <= log.length; at += FRAME_BYTES) {
    const seeds = at > HEADER_BYTES ? [pairAt(log, at - FRAME_BYTES + 16)] : [pairAt(log, 24), sum];
    const isOurs = isSame(pairAt(log, at + 8), salts) && log.readUInt32BE(at) > 0;
    frames.push({
      page: log.readUInt32BE(at),
      endPages: log.readUInt32BE(at + 4),
      isSound: isOurs && seeds.some((seed) => isSame(frameSum(log, at, seed, littleEndian), pairAt(log, at + 16))),
      headIsWhole: isOurs && (at % SECTOR_BYTES) + FRAME_HEADER_BYTES <= SECTOR_BYTES,
      content: log.subarray(at + FRAME_HEADER_BYTES, at + FRAME_BYTES),
    });
  }
  return { headerIsSound, frames };
}

/** A log of one transaction made of these frames. */
export function writeFrames(frames: readonly Frame[]): Buffer {
  const salts: Pair = [1, 2];
  const log = Buffer.concat([headerOf(0, salts), Buffer.alloc(frames.length * FRAME_BYTES)]);
  let sum = pairAt(log, 24);
  for (const [i, { page, endPages, content }] of frames.entries()) {
    const at = HEADER_BYTES + i * FRAME_BYTES;
    log.writeUInt32BE(page, at);
    log.writeUInt32BE(i === frames.length - 1 ? endPages : 0, at + 4);
    putPair(log, at + 8, salts);
    content.copy(log, at + FRAME_HEADER_BYTES);
    sum = frameSum(log, at, sum, true);
    putPair(log, at + 16, sum);
  }
  return log;
}

function isSoundHeader(log: Buffer, littleEndian: boolean): boolean {
  const known = log.readUInt32BE(0) >>> 1 === MAGIC >>> 1 && log.readUInt32BE(4) === VERSION;
  const sum = checksum(log, 0, 24, [0, 0], littleEndian);
  return known && log.readUInt32BE(8) === PAGE_BYTES && isSame(sum, pairAt(log, 24));
}

function headerOf(sequence: number, salts: Pair): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  for (const [i, word] of [MAGIC, VERSION, PAGE_BYTES, sequence].entries()) header.writeUInt32BE(word, i * 4);
  putPair(header, 16, salts);
  putPair(header, 24, checksum(header, 0, 24, [0, 0], true));
  return header;
}

function frameSum(log: Buffer, at: number, seed: Pair, littleEndian: boolean): Pair {
  const head = checksum(log, at, at + 8, seed, littleEndian);
  return checksum(log, at + FRAME_HEADER_BYTES, at + FRAME_BYTES, head, littleEndian);
}

function checksum(bytes: Buffer, from: number, to: number, seed: Pair, littleEndian: boolean): Pair {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [a, b] = seed;
  for (let at = from; at < to; at += 8) {
    a = (a + words.getUint32(at, littleEndian) + b) >>> 0;
    b = (b + words.getUint32(at + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
}

function pairAt(bytes: Buffer, at: number): Pair {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

function putPair(bytes: Buffer, at: number, [a, b]: Pair): void {
  bytes.writeUInt32BE(a, at);
  bytes.writeUInt32BE(b, at + 4);
}

function isSame([a, b]: Pair, [c, d]: Pair): boolean {
  return a === c && b === d;
}
