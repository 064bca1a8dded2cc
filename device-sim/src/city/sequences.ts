/** Which sequence numbers of one uplink have arrived: runs of neighbours, so that memory grows with the gaps only. */

/** Sequence numbers from `from` to `to`, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export class Sequences {
  /** In order, apart from each other. */
  readonly #runs: { from: number; to: number }[] = [];

  /** False when the number was there already. */
  add(sequence: number): boolean {
    const runs = this.#runs;
    let index = runs.length;
    while (index > 0 && (runs[index - 1]?.from ?? 0) > sequence) index--;
    const before = runs[index - 1];
    const after = runs[index];
    if (before !== undefined && sequence <= before.to) return false;
    const joinsBefore = before?.to === sequence - 1;
    const joinsAfter = after?.from === sequence + 1;
    if (joinsBefore && joinsAfter) {
      before.to = after.to;
      runs.splice(index, 1);
    } else if (joinsBefore) before.to = sequence;
    else if (joinsAfter) after.from = sequence;
    else runs.splice(index, 0, { from: sequence, to: sequence });
    return true;
  }

  /** The highest that arrived, 0 for none. */
  get highest(): number {
    return this.#runs.at(-1)?.to ?? 0;
  }

  /** What is missing between 1 and the highest. */
  missing(): readonly Range[] {
    let next = 1;
    const ranges: Range[] = [];
    for (const run of this.#runs) {
      if (run.from > next) ranges.push({ from: next, to: run.from - 1 });
      next = run.to + 1;
    }
    return ranges;
  }
}
