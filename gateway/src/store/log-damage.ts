/** Damage in the middle of the write-ahead log, of which SQLite reads what lies before it and says nothing. */
import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { PAGE_BYTES } from "./header.ts";
import { type Frame, readFrames, writeFrames } from "./log-frames.ts";

/**
 * What is wrong with the log beside the database `path`, undefined when nothing is, or nothing that a power cut does not explain. Every
 * transaction is flushed before the next is written, so one that stands behind a frame that is not sound proves that this one was.
 * The last transaction proves nothing: when it is damaged it looks like one that was never whole.
 */
export function logDamage(path: string): string | undefined {
  const log = readFrames(`${path}-wal`);
  if (log === undefined) return undefined;
  const { headerIsSound, frames } = log;
  const sound = frames.filter((frame) => frame.isSound).length;
  if (!headerIsSound) {
    if (sound === 0) return "the write-ahead log cannot be read";
    // A power cut may tear a header that is written anew, which is done once the database holds all of the log.
    if (isInDatabase(path, frames)) return undefined;
    return `the header of the write-ahead log is damaged, ${sound} sound pages lie behind it`;
  }
  const first = frames.findIndex((frame) => !frame.isSound);
  const goesOn = frames.some((frame, i) => i >= first && frame.endPages > 0 && isProven(frame, frames[i + 1]));
  if (first < 0 || !goesOn) return undefined;
  const behind = frames.slice(first).filter((frame) => frame.isSound).length;
  return `page ${first + 1} of the write-ahead log is damaged, ${behind} sound ones lie behind it`;
}

/**
 * Makes a damaged log one that SQLite reads to its end, without the frames that are not sound: these pages are then older than the others,
 * or as the database has them. One that is not damaged stays as it is.
 */
export function mendLog(path: string): void {
  if (logDamage(path) === undefined) return;
  const { frames } = readFrames(`${path}-wal`) ?? { frames: [] };
  const last = frames.findLastIndex(isEnd);
  const sound = frames.slice(0, last + 1).filter((frame) => frame.isSound);
  if (sound.length === 0 || isInDatabase(path, frames)) rmSync(`${path}-wal`);
  else writeFileSync(`${path}-wal`, writeFrames(sound));
}

/** Whether what the head of a frame says is so, and another one follows. */
function isProven(frame: Frame, next: Frame | undefined): boolean {
  return next?.isSound === true && (frame.isSound || frame.headIsWhole);
}

function isEnd(frame: Frame): boolean {
  return frame.isSound && frame.endPages > 0;
}

/** Whether the log was copied into the database already. Of a page whose last frame is not sound nobody knows. */
function isInDatabase(path: string, frames: readonly Frame[]): boolean {
  const last = frames.findLastIndex(isEnd);
  const pages = new Map(frames.slice(0, last + 1).map((frame) => [frame.page, frame]));
  const ends = frames[last]?.endPages ?? 0;
  const fd = openSync(path, "r");
  try {
    const found = Buffer.alloc(PAGE_BYTES);
    return [...pages.values()].every(({ page, isSound, content }) => {
      if (!isSound || page > ends) return true;
      return readSync(fd, found, 0, PAGE_BYTES, (page - 1) * PAGE_BYTES) === PAGE_BYTES && found.equals(content);
    });
  } finally {
    closeSync(fd);
  }
}
