/**
 * A device's running total of persons made into one that never runs back: through wraps, resets, jumps and single wrong values. What cannot
 * have been people is left out and said.
 */

export interface CountRules {
  /** The device's total begins anew there. */
  readonly wrapsAt: number;
  /** It may fall to zero: power loss, a button. */
  readonly resets: boolean;
  /** More cannot pass. */
  readonly perSecond: number;
  readonly perDay: number;
}

/** What is kept of one counter. Plain data: it outlives the process. */
export interface RunningCount {
  /** The device's total that was last believed. */
  readonly raw: number;
  /** Ours. Equal to `raw` until something happens to the device's. */
  readonly total: number;
  /** A total that did not fit, until the next one tells whether it stands. */
  readonly odd?: number | undefined;
}

export type CountNote =
  /** The register was full and began anew. Nothing is lost. */
  | { readonly kind: "wrapped"; readonly added: number }
  /** The device began at zero; what it has counted since is added. */
  | { readonly kind: "reset"; readonly from: number; readonly to: number; readonly added: number }
  /** It stands somewhere else: another counter, a set total. Nothing is added. */
  | { readonly kind: "jumped"; readonly from: number; readonly to: number }
  /** One value between good ones. */
  | { readonly kind: "glitch"; readonly value: number };

export interface Counted {
  readonly count: RunningCount;
  readonly note?: CountNote;
}

const DAY_S = 86_400;
/** A day is believed when nobody knows how long it was. */
const UNKNOWN_S = DAY_S;
const LONGEST_DAYS = 31;
/** People in a group, between one reading and the next. */
const BURST = 10;

/**
 * `elapsedS` since `before` was last changed or confirmed; undefined when that is not known. The first value ever is the beginning. Pure.
 */
export function countOn(
  before: RunningCount | undefined,
  raw: number,
  elapsedS: number | undefined,
  rules: CountRules,
): Counted {
  if (before === undefined) return { count: { raw, total: raw } };
  const most = mostPersons(elapsedS ?? UNKNOWN_S, rules);
  const step = stepOf(before.raw, raw, rules.wrapsAt);
  if (step.added <= most) {
    const count = { raw, total: before.total + step.added };
    if (before.odd !== undefined) return { count, note: { kind: "glitch", value: before.odd } };
    return step.wrapped ? { count, note: { kind: "wrapped", added: step.added } } : { count };
  }
  // Only a value that the next one continues is taken for where the counter stands now.
  const { odd } = before;
  if (odd === undefined || raw < odd || raw - odd > most) return { count: { ...before, odd: raw } };
  const { raw: from, total } = before;
  if (rules.resets && raw < from && raw <= most) {
    return { count: { raw, total: total + raw }, note: { kind: "reset", from, to: raw, added: raw } };
  }
  return { count: { raw, total }, note: { kind: "jumped", from, to: raw } };
}

function stepOf(from: number, to: number, wrapsAt: number): { readonly added: number; readonly wrapped: boolean } {
  return to >= from ? { added: to - from, wrapped: false } : { added: to + wrapsAt - from, wrapped: true };
}

/** Nobody passes faster, neither in the short run nor in the long. */
function mostPersons(elapsedS: number, { perSecond, perDay }: CountRules): number {
  const seconds = Math.max(0, elapsedS);
  const days = Math.min(LONGEST_DAYS, 1 + seconds / DAY_S);
  return Math.floor(Math.min(BURST + perSecond * seconds, perDay * days));
}

/** For the log and the operator. */
export function countNoteText(what: string, note: CountNote): string {
  switch (note.kind) {
    case "wrapped":
      return `${what}: the register was full and began anew, ${note.added} persons counted over it`;
    case "reset":
      return `${what}: the counter fell from ${note.from} and stands at ${note.to}: it was reset or without power; ${note.added} persons counted since`;
    case "jumped":
      return `${what}: the counter jumped from ${note.from} to ${note.to}, more than people can pass; nothing was counted for it`;
    case "glitch":
      return `${what}: a single value of ${note.value} between good ones was left out`;
  }
}
