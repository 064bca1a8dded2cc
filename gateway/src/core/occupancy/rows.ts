/** Figures over the last days of a row, in which NaN is a day not known. */

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
  const known = [...row.subarray(row.length - n)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return known.length === 0 ? Number.NaN : (known[Math.floor(share * (known.length - 1))] ?? Number.NaN);
}

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
