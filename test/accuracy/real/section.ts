/** What an analysis hands over: tables to read, and figures the estimator's model may use. */
import type { Measured } from "./statistics.ts";

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** One number with its 95 % interval where there is one, its origin and what it is good for. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly unit: string;
  readonly from: string;
  readonly use: string;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

/** Three significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** `f("id", measured or number, unit, use)` for one data set. */
export function figuresFrom(from: string) {
  return (id: string, measured: Measured | number, unit: string, use: string): Figure => {
    if (typeof measured === "number") return { id, value: rounded(measured), unit, from, use };
    const { value, low, high } = measured;
    return { id, value: rounded(value), low: rounded(low), high: rounded(high), unit, from, use };
  };
}

export const fixed = (value: number, digits = 2): string => value.toFixed(digits);
export const percent = (value: number, digits = 1): string => `${(100 * value).toFixed(digits)} %`;
export const between = ({ value, low, high }: Measured, show: (v: number) => string): string =>
  `${show(value)} (${show(low)} to ${show(high)})`;

export function renderTable({ title, head, rows, note }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, line(head), rule, ...rows.map(line), ...(note === undefined ? [] : [note])].join("\n");
}
