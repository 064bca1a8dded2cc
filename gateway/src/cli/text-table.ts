/** Tables of plain text, in which a Chinese character is two columns wide. Pure. */
import { widthOf } from "../words/width.ts";

/** Rows with their cells under one another; the last cell is not padded. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** `2026-11-25 09:30` */
export const shortTime = (time: string): string => time.slice(0, 16).replace("T", " ");
