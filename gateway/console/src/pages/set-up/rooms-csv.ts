/** Rows of a room list as they are corrected on the screen, back as a list the box reads again. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";

export type RoomRow = AnswerOf<"POST /api/1/rooms/read">["rows"][number];
export type RoomColumn = keyof RoomRow["cells"];

/** In the order of the screen. */
export const COLUMNS: readonly RoomColumn[] = [
  "id",
  "name",
  "kind",
  "areas",
  "registered",
  "family",
  "risk",
  "parent",
  "code",
  "grid",
  "plate",
];

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Each row with the line it stood in, so that what is said of row 13 is said of the same row; rows that are left out take no room. */
export function roomsCsv(rows: readonly Pick<RoomRow, "cells" | "line">[]): string {
  const lines = rows.map(({ cells, line }) => [
    String(line),
    ...COLUMNS.map((column) => cell((cells[column] ?? "").replace(/\s*\n\s*/g, " "))),
  ]);
  return [["#line", ...COLUMNS], ...lines].map((row) => `${row.join(",")}\r\n`).join("");
}

export const isWrong = ({ problems, space }: RoomRow): boolean => problems.length > 0 || space === undefined;

/** Lines with something wrong, and those that bear the same number as one of them. */
export function linesToMend(rows: readonly RoomRow[]): ReadonlySet<number> {
  const wrong = rows.filter(isWrong);
  const numbers = new Set(wrong.flatMap(({ cells }) => (cells.id === undefined ? [] : [cells.id])));
  return new Set(rows.filter((row) => isWrong(row) || numbers.has(row.cells.id ?? "")).map(({ line }) => line));
}

/** Columns that have something in them, or something wrong. */
export function columnsUsed(rows: readonly RoomRow[]): readonly RoomColumn[] {
  const always: readonly RoomColumn[] = ["id", "name", "kind", "areas", "registered"];
  return COLUMNS.filter(
    (column) =>
      always.includes(column) ||
      rows.some(
        ({ cells, problems }) => (cells[column] ?? "") !== "" || problems.some((problem) => problem.column === column),
      ),
  );
}
