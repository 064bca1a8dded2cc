/** The recorded files: found packed or unpacked in a folder, unpacked, split into rows; a missing or odd file is a ConfigError. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";

/** Looks for `name.gz`, then `name`. */
export function readDataFile(folder: string, name: string): Buffer {
  const packed = join(folder, `${name}.gz`);
  const plain = join(folder, name);
  if (existsSync(packed)) {
    try {
      return gunzipSync(readFileSync(packed));
    } catch (cause) {
      const problem = {
        path: "",
        file: packed,
        reason: "this is not a gzip file",
        fix: "fetch it anew, see README.md",
      };
      throw new ConfigError(problem, { cause });
    }
  }
  if (existsSync(plain)) return readFileSync(plain);
  throw new ConfigError({
    path: "--data",
    reason: `there is neither ${plain} nor ${packed}`,
    fix: "name the folder that holds the data sets",
  });
}

/** One line of a file of comma-separated values, with what an error must say about it. */
export interface Row {
  readonly cells: readonly string[];
  readonly file: string;
  readonly line: number;
}

export function readRows(folder: string, name: string, columns: number): Row[] {
  const lines = readDataFile(folder, name).toString("utf8").split(/\r?\n/);
  const rows = lines.flatMap((text, index) =>
    text.trim() === ""
      ? []
      : [{ cells: text.split(",").map((cell) => cell.trim().replaceAll('"', "")), file: name, line: index + 1 }],
  );
  for (const row of rows) if (row.cells.length < columns) throw odd(row, `has fewer than ${columns} columns`);
  return rows;
}

export const cell = (row: Row, column: number): string => row.cells[column] ?? "";

export function numberIn(row: Row, column: number): number {
  const value = Number(cell(row, column));
  if (cell(row, column) === "" || !Number.isFinite(value)) throw odd(row, `"${cell(row, column)}" is not a number`);
  return value;
}

/** Milliseconds of a local wall-clock time, counted as if it were UTC: none of the recordings crosses a change of the clock but the counts' last week. */
export function wallMs(row: Row, date: string, time: string): number {
  const [, us, year] = /^(\d\d\/\d\d)\/(\d\d)$/.exec(date) ?? [];
  const iso = us === undefined ? date.replaceAll("/", "-") : `20${year}-${us.replace("/", "-")}`;
  const ms = Date.parse(`${iso}T${time.padStart(8, "0")}Z`);
  if (Number.isNaN(ms)) throw odd(row, `"${date} ${time}" is not a time`);
  return ms;
}

function odd({ file, line }: Row, reason: string): ConfigError {
  return new ConfigError({ path: "", file, line, reason, fix: "fetch the file anew, see README.md of the data" });
}
