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

export function roomsCsv(rows: readonly Pick<RoomRow, "cells">[]): string {
  const lines = rows.map(({ cells }) => COLUMNS.map((column) => cell(cells[column] ?? "")).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
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
