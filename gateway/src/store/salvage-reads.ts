/** Reads a damaged table run by run, stepping over what cannot be read. */
import type { DatabaseSync } from "node:sqlite";
import { row } from "./connection.ts";

const RUN_ROWS = 500;
/** Beyond the highest key there can be; stepping over damage ends here. */
const MAX_STEP = 2 ** 53;

/**
 * `sql` selects rows behind a key, oldest first, with the key as first column and `key, limit` as parameters. Where reading fails
 * it goes on behind the damage: first row by row, then with steps that double until something can be read again.
 */
export function readRuns(db: DatabaseSync, sql: string, take: (cells: readonly unknown[]) => void): void {
  let after = -1;
  let step = 0;
  while (step < MAX_STEP) {
    const read = readRun(db, sql, after + step, step === 0 ? RUN_ROWS : 1);
    for (const cells of read.rows) {
      take(cells);
      after = cells[0] as number;
    }
    if (read.rows.length > 0) step = 0;
    else if (read.ended) return;
    else step = Math.max(1, step * 2);
  }
}

interface Run {
  readonly rows: readonly (readonly unknown[])[];
  /** Nothing failed. */
  readonly ended: boolean;
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
