/** Which sequences of a gateway are missing, as new ones arrive. Pure. */

/** Both ends included. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

export interface Progress {
  readonly highest: number;
  /** Below the highest; apart from one another. */
  readonly gaps: readonly Gap[];
}

/** The progress once these have arrived, in whatever order and however often. Sequences begin at 1. */
export function arrived(before: Progress, sequences: readonly number[]): Progress {
  let { highest } = before;
  let gaps = [...before.gaps];
  for (const sequence of sequences.toSorted((a, b) => a - b)) {
    if (sequence > highest) {
      if (sequence > highest + 1) gaps.push({ first: highest + 1, last: sequence - 1 });
      highest = sequence;
    } else gaps = gaps.flatMap((gap) => without(gap, sequence));
  }
  return { highest, gaps };
}

function without(gap: Gap, sequence: number): readonly Gap[] {
  if (sequence < gap.first || sequence > gap.last) return [gap];
  const parts = [
    { first: gap.first, last: sequence - 1 },
    { first: sequence + 1, last: gap.last },
  ];
  return parts.filter(({ first, last }) => first <= last);
}
