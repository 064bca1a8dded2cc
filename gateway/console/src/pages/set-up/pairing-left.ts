/** For how long new MQTT devices may announce themselves. */
import type { Pairing } from "./candidates.ts";

export const PAIRING_MINUTES = 15;

/** Of a window that was open `agoMs` ago, 0 of a closed one. The box counts: its clock and this one need not agree. */
export function minutesLeft(pairing: Pairing | undefined, agoMs: number): number {
  return pairing?.open === true ? Math.max(0, pairing.leftSeconds - agoMs / 1_000) / 60 : 0;
}
