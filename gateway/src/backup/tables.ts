/** The tables of the database as a backup carries them: columns, what may stand in a cell, which body its checksum is of. */
import { sumOf } from "../store/connection.ts";

type Kind = "int" | "num" | "text" | "int?" | "text?";

export interface Table {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, kind: Kind])[];
  /** Body and checksum, by column. */
  readonly sum?: readonly [number, number];
}

/** In the order in which they are put back: what an outbox row stands for is there before it. */
export const TABLES: readonly Table[] = [
  {
    name: "uplink",
    columns: [
      ["n", "int"],
      ["id", "text"],
    ],
  },
  {
    name: "snapshot",
    columns: [
      ["part", "text"],
      ["id", "text"],
      ["body", "text"],
      ["sum", "int"],
    ],
    sum: [2, 3],
  },
  {
    name: "alert",
    columns: [
      ["id", "text"],
      ["space", "text"],
      ["kind", "text"],
      ["state", "text"],
      ["raised_ms", "num"],
      ["body", "text"],
      ["sum", "int"],
    ],
    sum: [5, 6],
  },
  {
    name: "quarantine",
    columns: [
      ["n", "int"],
      ["lane", "int"],
      ["seq", "int"],
      ["at_ms", "num"],
      ["reason", "text"],
      ["body", "text?"],
    ],
  },
  {
    name: "rejection",
    columns: [
      ["n", "int"],
      ["at_ms", "num"],
      ["device", "text"],
      ["reason", "text"],
    ],
  },
  {
    name: "gap",
    columns: [
      ["n", "int"],
      ["lane", "int?"],
      ["from_ms", "num"],
      ["to_ms", "num"],
      ["count", "int"],
      ["reason", "text"],
    ],
  },
  {
    name: "journal",
    columns: [
      ["seq", "int"],
      ["now_ms", "num"],
      ["type", "text"],
      ["credential", "text?"],
      ["body", "text"],
      ["sum", "int"],
    ],
    sum: [4, 5],
  },
  {
    name: "outbox",
    columns: [
      ["key", "int"],
      ["journal_seq", "int?"],
      ["text", "text?"],
    ],
  },
  {
    name: "kept",
    columns: [
      ["key", "int"],
      ["journal_seq", "int?"],
      ["text", "text?"],
      ["until_ms", "num"],
    ],
  },
];

export type Cells = readonly (string | number | null)[];

/** What is wrong with a row; undefined when it may stand in the table. */
export function rowProblem({ columns, sum }: Table, cells: readonly unknown[]): string | undefined {
  if (cells.length !== columns.length) return `has ${cells.length} cells`;
  const bad = columns.find(([, kind], i) => !isOf(kind, cells[i]));
  if (bad !== undefined) return `${bad[0]} is of the wrong kind`;
  if (sum !== undefined && sumOf(cells[sum[0]] as string) !== cells[sum[1]]) return "does not match its checksum";
  return undefined;
}

function isOf(kind: Kind, cell: unknown): boolean {
  if (cell === null) return kind.endsWith("?");
  if (kind.startsWith("text")) return typeof cell === "string";
  return kind === "num" ? Number.isFinite(cell) : Number.isSafeInteger(cell);
}

export const insertInto = ({ name, columns }: Table): string =>
  `INSERT INTO ${name} (${columns.map(([column]) => column).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;

export const selectFrom = ({ name, columns }: Table): string =>
  `SELECT ${columns.map(([column]) => column).join(", ")} FROM ${name} ORDER BY 1`;
