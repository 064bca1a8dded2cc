/** Which devices saw a card, or were used, in the last moments: what lights up while somebody walks from door to door. */
import type { LiveMessage } from "../../../../src/console/table/live.ts";

export type SeenReading = Extract<LiveMessage, { about: "readings" }>["readings"][number];

export interface LitDevice {
  readonly device: string;
  readonly atMs: number;
  readonly card: boolean;
}

/** A person needs so long from the door back to the screen. */
export const LIT_MS = 30_000;
/** What a meter says by itself is no sign of a hand. */
const BY_HAND = /^(access|card|door|lock|keypad|count|input|tamper|panic)/;

/** Newest first, one entry a device; a card is not forgotten because the door opened after it. */
export function litDevices(lit: readonly LitDevice[], readings: readonly SeenReading[], nowMs: number): LitDevice[] {
  const next = new Map(lit.filter(({ atMs }) => nowMs - atMs < LIT_MS).map((one) => [one.device, one]));
  for (const { device, kind, card } of readings) {
    if (!card && !BY_HAND.test(kind)) continue;
    const before = next.get(device);
    next.delete(device);
    next.set(device, { device, atMs: nowMs, card: card || before?.card === true });
  }
  return [...next.values()].sort((a, b) => b.atMs - a.atMs || Number(b.card) - Number(a.card));
}
