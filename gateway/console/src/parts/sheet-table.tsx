/** A table of a sheet to print: a name at the head of each row, the same columns for all. */
import type { ReactNode } from "react";
import { TableScroll } from "./table-scroll.tsx";

export interface SheetRow {
  readonly key: string;
  readonly name: ReactNode;
  readonly cells: readonly ReactNode[];
}

export interface SheetTableProps {
  /** What a reader hears it called. */
  readonly label: string;
  /** The first stands over the names. */
  readonly head: readonly string[];
  readonly rows: readonly SheetRow[];
  readonly className: string;
}

export function SheetTable({ label, head, rows, className }: SheetTableProps) {
  return (
    <TableScroll label={label}>
      <table className={className}>
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, cells }) => (
            <tr key={key}>
              <th scope="row" dir="auto">
                {name}
              </th>
              {cells.map((cell, n) => (
                <td key={head[n + 1] ?? n} dir="auto">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
