/** Opens the line an address names. */
import type { LineAddress } from "./address.ts";
import { GuardedLine, type LineDeps } from "./guarded-line.ts";
import type { Line } from "./line.ts";
import { openRfc2217 } from "./rfc2217-line.ts";
import { SERIAL_RETRY_MS } from "./serial-failure.ts";
import { openSerial } from "./serial-line.ts";
import { openTcp } from "./tcp-line.ts";

/** USB adapters hand bytes over every 16 ms, device servers when a packet is full or due. */
const SERIAL = { quietMs: 40, retryWithinMs: SERIAL_RETRY_MS };
const NETWORK = { quietMs: 120 };

/**
 * Throws LinkError with what to do when it cannot be opened; it carries how soon to try again where that is known. The signal ends the
 * attempt alone: whoever opened a line closes it.
 */
export function openLine(address: LineAddress, deps: LineDeps, signal: AbortSignal): Promise<Line> {
  const { clock } = deps;
  if (address.kind === "serial")
    return new GuardedLine(address, SERIAL, deps).open((ears) => openSerial(address, clock, ears), signal);
  const openRemote = address.kind === "tcp" ? openTcp : openRfc2217;
  const line = new GuardedLine(address, NETWORK, deps);
  return line.open((ears, stop) => openRemote(address, clock, ears, stop), signal);
}
