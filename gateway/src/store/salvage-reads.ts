/** Reads a damaged table as far as it goes, stepping over what cannot be read. Every read of the old file goes through here. */
import type { DatabaseSync } from "node:sqlite";
import { row } from "./connection.ts";
import { DiskError } from "./failure.ts";
import { diskAnswers } from "./probe.ts";

const RUN_ROWS = 500;
/** Beyond the highest key there can be; stepping over damage ends here. */
const MAX_STEP = 2 ** 53;

/**
 * `sql` selects rows behind a key, oldest first, with the key as first column and `key, limit` as parameters. Where reading fails
 * it goes on behind the damage: first row by row, then with steps that double until something can be read again.
 * Throws {@link DiskError} when it is the disk below `dir` that fails, not the table.
 */
export function readRuns(db: DatabaseSync, dir: string, sql: string, take: (cells: readonly unknown[]) => void): void {
  let after = -1;
  let step = 0;
  let failed = false;
  while (step < MAX_STEP) {
    const run = () => readRun(db, sql, after + step, step === 0 ? RUN_ROWS : 1);
    const first = run();
    // A read may fail by chance.
    const read = first.ended || first.rows.length > 0 ? first : run();
    for (const cells of read.rows) {
      take(cells);
      after = cells[0] as number;
    }
    failed ||= !read.ended;
    if (read.rows.length > 0) step = 0;
    else if (read.ended) break;
    else step = Math.max(1, step * 2);
  }
  if (failed) checkDisk(dir);
}

/** All rows up to the first that cannot be read. Throws as {@link readRuns} does. */
export function tryAll(db: DatabaseSync, dir: string, sql: string): readonly (readonly unknown[])[] {
  const first = readAll(db, sql);
  const { rows, ended } = first.ended ? first : readAll(db, sql);
  if (!ended) checkDisk(dir);
  return rows;
}

function checkDisk(dir: string): void {
  if (!diskAnswers(dir)) throw new DiskError("the disk does not answer while a damaged database is read");
}

interface Run {
  readonly rows: readonly (readonly unknown[])[];
  /** Nothing failed. */
  readonly ended: boolean;
}

function readAll(db: DatabaseSync, sql: string): Run {
  const rows: (readonly unknown[])[] = [];
  try {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    for (const each of statement.iterate()) rows.push(row(each));
    return { rows, ended: true };
  } catch {
    return { rows, ended: false };
  }
}

function readRun(db: DatabaseSync, sql: string, after: number, limit: number): Run {
  const rows: (readonly unknown[])[] = [];
  let last = after;
  try {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    for (const each of statement.iterate(after, limit)) {
      const cells = row(each);
      // A rotten page may hold any key; going back would never end.
      if (typeof cells[0] !== "number" || cells[0] <= last) return { rows, ended: false };
      last = cells[0];
      rows.push(cells);
    }
    return { rows, ended: true };
  } catch {
    return { rows, ended: false };
  }
}
