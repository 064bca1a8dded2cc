/** Figures over the last days of a row, in which NaN is a day not known. */
import { DAYS } from "./diary.ts";

/** Mean of the known last `n` days; NaN when fewer than a third are known. */
export function meanOf(row: Float64Array, n: number): number {
  let [sum, known] = [0, 0];
  for (let i = row.length - n; i < row.length; i++) {
    const value = row[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? Number.NaN : sum / known;
}

export function quantileOf(row: Float64Array, n: number, share: number): number {
  let known = 0;
  for (let i = row.length - n; i < row.length; i++) {
    const value = row[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    let at = known++;
    for (; at > 0 && (sorted[at - 1] as number) > value; at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = value;
  }
  return known === 0 ? Number.NaN : (sorted[Math.floor(share * (known - 1))] as number);
}

/** Room to sort in: rows are short, and there are a dozen of them for each space and morning. */
const sorted = new Float64Array(DAYS);

/** Of the `n` days before position `end`, those known. Half a person above is above. */
export function shareAbove(values: Float64Array, end: number, n: number, persons: number): number {
  let [above, known] = [0, 0];
  for (let i = end - n; i < end; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    known += 1;
    if (value > persons + 0.5) above += 1;
  }
  return known === 0 ? Number.NaN : above / known;
}
