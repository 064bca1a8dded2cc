/** The window in which new MQTT devices may announce themselves: how long it is open, and that it outlasts a change of the site. */
import { systemClock } from "@gatehouse/protocol";
import { CallProblem } from "../../client/problem.ts";
import { call } from "../../shell/box.ts";
import type { Pairing } from "./candidates.ts";

export const PAIRING_MINUTES = 15;

/** Of an open window, 0 of a closed one. */
export function minutesLeft(pairing: Pairing | undefined, nowMs: number): number {
  const untilMs = Date.parse(pairing?.until ?? "");
  if (pairing?.open !== true || Number.isNaN(untilMs)) return 0;
  // The box's clock and this one need not agree.
  return Math.min(PAIRING_MINUTES, Math.max(1, (untilMs - nowMs) / 60_000));
}

/** Asked before a change; the returned function opens the window again for the time it had left, once the box is back. */
export async function keepWindow(): Promise<() => Promise<void>> {
  const minutes = await call("GET /api/1/pairing").then(
    (pairing) => minutesLeft(pairing, systemClock.nowMs()),
    refused,
  );
  return async () => {
    if (minutes > 0) await call("PUT /api/1/pairing", { body: { minutes } }).catch(refused);
  };
}

/** The window is shown as closed then, with the button to open it. */
function refused(error: unknown): number {
  if (error instanceof CallProblem) return 0;
  throw error;
}
