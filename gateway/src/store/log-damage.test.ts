import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { alert, readings } from "../testing/store-rows.ts";
import { readFrames } from "./log-frames.ts";

const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4096;
const SECTOR_BYTES = 512;
const STEPS = 12;
const ROWS = 20;
const LAST = STEPS * ROWS;

let base: string;
let dir: string;
let log: Buffer;
/** Number of the last frame of each step. */
let ends: number[];

const file = () => join(dir, "gatehouse.db-wal");
const open = () => new DirectStore({ dir, budgetBytes: 100e6, ballastBytes: 0 });

/** A killed process leaves its log behind: a dozen steps, of which the database has none. */
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "gatehouse-log-"));
  dir = join(base, "live");
  const store = open();
  for (let step = 0; step < STEPS; step++) {
    store.write({ ...readings(step * ROWS + 1, (step + 1) * ROWS, 150), alerts: [alert(`alr_${step}`)] });
  }
  cpSync(dir, join(base, "left"), { recursive: true });
  store.close();
  log = readFileSync(join(base, "left", "gatehouse.db-wal"));
  const frames = readFrames(join(base, "left", "gatehouse.db-wal"))?.frames ?? [];
  // The first transactions make the tables.
  ends = [...frames.keys()].filter((i) => (frames[i]?.endPages ?? 0) > 0).slice(-STEPS);
  expect(frames.every((frame) => frame.isSound)).toBe(true);
});

afterEach(() => rmSync(base, { recursive: true }));

const frameAt = (frame: number) => HEADER_BYTES + frame * FRAME_BYTES;
const endOf = (step: number) => ends[step] as number;
const garbage = (length: number, seed: number) => {
  const random = new Random(seed);
  return Buffer.from(Array.from({ length }, () => random.int(0, 255)));
};

/** What the killed process left, with another log. */
function leave(bytes: Uint8Array): void {
  rmSync(dir, { recursive: true, force: true });
  cpSync(join(base, "left"), dir, { recursive: true });
  writeFileSync(file(), bytes);
}

function ruined(at: number, length: number, seed = 1): Buffer {
  const bytes = Buffer.from(log);
  garbage(length, seed).copy(bytes, at);
  return bytes;
}

const seqs = (store: DirectStore) => store.journal().map((row) => row.seq);
const all = Array.from({ length: LAST }, (_, i) => i + 1);

test("a ruined page in the middle of the log is told, the log is put aside, and what lies behind it is carried over", () => {
  const frame = endOf(4) + 1;
  leave(ruined(frameAt(frame) + 24 + 1_000, 512));
  const store = open();
  const { quarantine, lastSeq, nextSequence } = store.recovered;
  expect(quarantine?.reason).toMatch(`page ${frame + 1} of the write-ahead log is damaged`);
  expect(readFileSync(`${quarantine?.file}-wal`).equals(readFileSync(file()))).toBe(false);
  expect(readFileSync(`${quarantine?.file}-wal`).length).toBe(log.length);
  expect([lastSeq, nextSequence.get("city")]).toEqual([LAST, LAST + 1]);
  // SQLite by itself ends at step 4.
  expect(seqs(store).length).toBeGreaterThan(LAST - ROWS);
  expect(store.alerts().length).toBe(STEPS);
  store.write(readings(LAST + 1, LAST + 3));
  store.close();
  const again = open();
  expect(again.recovered).toMatchObject({ lastSeq: LAST + 3, quarantine: undefined });
  again.close();
});

test("whichever page of the log is ruined, nothing but its own rows is lost, and each platform is told how many", () => {
  const problems: string[] = [];
  // One that the last transaction hangs on looks like a transaction that was never whole.
  for (let frame = endOf(STEPS - 2) - 1; frame >= 0; frame -= 5) {
    leave(ruined(frameAt(frame), FRAME_BYTES, frame + 1));
    const store = open();
    const left = seqs(store);
    const waiting = store.waiting("city", "telemetry").map((row) => row.seq);
    const told = store.recovered.gaps.reduce((sum, gap) => sum + gap.count, 0);
    if (store.recovered.quarantine === undefined) problems.push(`frame ${frame}: not told`);
    if (store.recovered.lastSeq !== LAST) problems.push(`frame ${frame}: ends at ${store.recovered.lastSeq}`);
    if (left.length < LAST - 2 * ROWS) problems.push(`frame ${frame}: ${left.length} rows left`);
    if (waiting.length + told !== LAST) problems.push(`frame ${frame}: ${waiting.length} wait, ${told} told as lost`);
    store.close();
  }
  expect(problems).toEqual([]);
});

test("a transaction that a power cut tore is no damage", () => {
  const from = frameAt(endOf(STEPS - 2) + 1);
  const to = frameAt(endOf(STEPS - 1) + 1);
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const bytes = Buffer.from(log);
    const share = random.pick([0.1, 0.5, 0.9]);
    // The sector that the transaction before ends in was flushed with it.
    for (let at = Math.ceil(from / SECTOR_BYTES) * SECTOR_BYTES; at < to; at += SECTOR_BYTES) {
      if (!random.chance(share)) continue;
      const kept = random.chance(0.2) ? random.int(1, SECTOR_BYTES - 1) : 0;
      const old = random.chance(0.5) ? Buffer.alloc(SECTOR_BYTES) : log.subarray(at - 5 * FRAME_BYTES);
      old.copy(bytes, at + kept, kept, Math.min(SECTOR_BYTES, to - at));
    }
    if (bytes.equals(log)) continue;
    leave(random.chance(0.2) ? bytes.subarray(0, random.int(from, to - 1)) : bytes);
    expect([seed, ...torn()]).toEqual([seed, undefined, LAST - ROWS]);
  }
});

function torn(): unknown[] {
  const store = open();
  const { quarantine, lastSeq } = store.recovered;
  store.close();
  return [quarantine, lastSeq];
}

test("a ruined header of the log costs nothing", () => {
  for (let at = 0; at < HEADER_BYTES; at += 3) {
    const bytes = Buffer.from(log);
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    leave(bytes);
    const store = open();
    expect(store.recovered.quarantine?.reason).toMatch(/header of the write-ahead log/);
    expect(seqs(store)).toEqual(all);
    store.close();
  }
});

test("a log that the database holds already is no loss, also where a page of it or its header is ruined", () => {
  const store = open();
  const last = store.recovered.lastSeq;
  for (let step = 0; step < 3; step++) store.write(readings(last + step * 5 + 1, last + step * 5 + 5, 150));
  const bytes = readFileSync(file());
  store.engine.close();
  const database = readFileSync(join(dir, "gatehouse.db"));
  const frames = (bytes.length - HEADER_BYTES) / FRAME_BYTES;
  for (let frame = 0; frame < frames; frame++) {
    writeFileSync(join(dir, "gatehouse.db"), database);
    const log = Buffer.from(bytes);
    garbage(512, frame + 1).copy(log, frameAt(frame) + 24 + 512);
    writeFileSync(file(), log);
    const again = open();
    // Of the last transaction nobody can tell.
    if (frame < frames - 3) expect([frame, seqs(again).length]).toEqual([frame, last + 15]);
    again.close();
    rmSync(join(dir, "quarantine"), { recursive: true, force: true });
  }
  const torn = Buffer.from(bytes);
  garbage(20, 1).copy(torn, 8);
  writeFileSync(join(dir, "gatehouse.db"), database);
  writeFileSync(file(), torn);
  const after = open();
  expect([after.recovered.quarantine, seqs(after).length]).toEqual([undefined, last + 15]);
  after.close();
});

test("a log of which nothing can be read is told", () => {
  leave(garbage(log.length, 1));
  const store = open();
  expect(store.recovered.quarantine?.reason).toBe("the write-ahead log cannot be read");
  store.close();
});
