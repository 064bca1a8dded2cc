/** The board's clock against ours: milliseconds that wrap after 49.7 days. Pure. */

/** `a - b`, right across a wrap. */
export const sinceBoard = (a: number, b: number): number => (a - b) | 0;

/** When something happened at board time `eventMs`, as the board's clock stood at `boardMs` when ours was `nowMs`. Never in the future. `scale`: our seconds in one of the board's, which knows real time only. */
export function wallOf(eventMs: number, boardMs: number, nowMs: number, scale = 1): number {
  return nowMs - Math.max(0, sinceBoard(boardMs, eventMs)) * scale;
}

/** Board time so long after `boardMs`. */
export const boardAfter = (boardMs: number, ms: number): number => (boardMs + Math.max(0, Math.floor(ms))) >>> 0;
