/** Promise R4: whatever bytes come, no exception passes a parser's boundary, no step is slow, nothing grows, and a frame behind garbage is found. */
import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FrameError, type Framing, type Piece, Splitter, systemClock, toHex } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { nearlyRight, someBytes } from "./mutate.ts";
import type { FuzzRow } from "./row.ts";

export interface FuzzOptions {
  readonly rows: readonly FuzzRow[];
  /** Over all rows together. */
  readonly frames: number;
  readonly seed: number;
  readonly onProgress?: (share: number, note: string) => void;
}

export interface FuzzResult {
  readonly frames: number;
  /** Refused with a FrameError. */
  readonly refused: number;
  /** Garbage before a valid frame, and how often garbage and frame together happened to be another valid frame. */
  readonly searched: number;
  readonly swallowed: number;
  /** The slowest step of each row, of repeated ones the fastest time, ms. */
  readonly slowestMs: Readonly<Record<string, number>>;
  /** What was still held at the end beyond what was held after the first tenth. */
  readonly grownBytes: number;
  readonly perSecond: number;
  readonly broken: readonly string[];
}

const STEP_MS = 1;
/** A step that was slow once may have met the garbage collector or another process: it is repeated, and counts as slow when it is so every time. */
const REPEAT_MS = STEP_MS / 8;
const REPEATS = 8;
const GROWTH_BYTES = 8 << 20;
const SEARCH_SHARE = 0.1;
const MAX_BROKEN = 50;
const SLICE = 2_000;

export function runFuzz({ rows, frames, seed, onProgress = () => {} }: FuzzOptions): FuzzResult {
  const tally: Tally = { refused: 0, searched: 0, swallowed: 0, slowestMs: {}, broken: [] };
  const randoms = rows.map((row) => new Random(`${seed}/${row.name}`));
  const slices = Math.max(1, Math.ceil(frames / (rows.length * SLICE)));
  const per = Math.ceil(frames / (rows.length * slices));
  let heldBytes = 0;
  let done = 0;
  const startedMs = systemClock.monoMs();
  for (let slice = 0; slice < slices && tally.broken.length < MAX_BROKEN; slice++) {
    for (const [i, row] of rows.entries()) {
      for (let n = 0; n < per; n++)
        step(row, randoms[i] as Random, `seed ${seed}, ${row.name}, frame ${slice * per + n}`, tally);
      done += per;
    }
    if (slice === Math.floor(slices / 10)) heldBytes = held();
    onProgress(done / frames, `${done} frames`);
  }
  const perSecond = Math.round((done * 1_000) / (systemClock.monoMs() - startedMs));
  const grownBytes = held() - heldBytes;
  if (grownBytes > GROWTH_BYTES) tally.broken.push(`${grownBytes} bytes more are held than after the first tenth`);
  return { ...tally, frames: done, grownBytes, perSecond };
}

interface Tally {
  refused: number;
  searched: number;
  swallowed: number;
  readonly slowestMs: Record<string, number>;
  readonly broken: string[];
}

function step(row: FuzzRow, random: Random, where: string, tally: Tally): void {
  if (row.framing !== undefined && random.chance(SEARCH_SHARE)) {
    search(row, row.framing, random, where, tally);
    return;
  }
  const bytes = nearlyRight(row, random);
  let tookMs = timed(row, bytes, where, tally);
  for (let again = 0; tookMs > REPEAT_MS && again < REPEATS; again++)
    tookMs = Math.min(tookMs, timed(row, bytes, where, tally));
  tally.slowestMs[row.name] = Math.max(tally.slowestMs[row.name] ?? 0, tookMs);
  if (tookMs > STEP_MS) tally.broken.push(`${where}: ${tookMs.toFixed(2)} ms for ${toHex(bytes)}`);
}

function timed(row: FuzzRow, bytes: Uint8Array, where: string, tally: Tally): number {
  const startMs = systemClock.monoMs();
  try {
    row.run(bytes);
  } catch (error) {
    if (error instanceof FrameError) tally.refused++;
    else tally.broken.push(`${where}: ${error instanceof Error ? error.stack : error} for ${toHex(bytes)}`);
  }
  return systemClock.monoMs() - startMs;
}

/** Garbage, a valid frame, silence, and the frame once more. A short check sum lets garbage pass for a frame now and then: the second time it must be found. */
function search(row: FuzzRow, framing: Framing, random: Random, where: string, tally: Tally): void {
  const frame = random.pick(row.seeds);
  const look = framing.look(frame);
  if (!("frame" in look) || look.frame !== frame.length) return;
  tally.searched++;
  const garbage = someBytes(random, 48);
  const splitter = new Splitter(framing);
  const first: Piece[] = [];
  const all = Uint8Array.from([...garbage, ...frame]);
  for (let from = 0; from < all.length; ) {
    const to = random.chance(0.5) ? all.length : random.int(from + 1, all.length);
    first.push(...splitter.push(all.subarray(from, to)));
    from = to;
  }
  first.push(...splitter.flush());
  const told = first.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (told !== all.length) tally.broken.push(`${where}: ${told} of ${all.length} bytes came out of ${toHex(all)}`);
  if (!holds(first, frame)) {
    if (first.some(({ kind, bytes }) => kind === "frame" && !holds([{ kind, bytes }], frame))) tally.swallowed++;
    else tally.broken.push(`${where}: not found behind garbage: ${toHex(all)}`);
  }
  const second = [...splitter.push(frame), ...splitter.flush()];
  if (!holds(second, frame)) tally.broken.push(`${where}: not found after silence: ${toHex(frame)}`);
}

/** As a frame of its own, perhaps with preamble bytes that the garbage lent it. */
function holds(pieces: readonly Piece[], frame: Uint8Array): boolean {
  return pieces.some(
    ({ kind, bytes }) =>
      kind === "frame" &&
      (Buffer.from(bytes).subarray(-frame.length).equals(frame) ||
        Buffer.from(frame).subarray(-bytes.length).equals(bytes)),
  );
}

/** What is alive now. */
function held(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}
