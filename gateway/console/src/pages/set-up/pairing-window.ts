/** The window in which new MQTT devices may announce themselves outlasts a change of the site. */
import { systemClock } from "@gatehouse/protocol";
import { CallProblem } from "../../client/problem.ts";
import { call } from "../../shell/box.ts";
import { minutesLeft } from "./pairing-left.ts";

/** Asked before a change; the returned function opens the window again for the time it has left, once the box is back. */
export async function keepWindow(): Promise<() => Promise<void>> {
  const pairing = await call("GET /api/1/pairing").catch(refused);
  const askedMs = systemClock.monoMs();
  return async () => {
    const minutes = minutesLeft(pairing, systemClock.monoMs() - askedMs);
    if (minutes > 0) await call("PUT /api/1/pairing", { body: { minutes } }).catch(refused);
  };
}

/** The window is shown as closed then, with the button to open it. */
function refused(error: unknown): undefined {
  if (!(error instanceof CallProblem)) throw error;
}
