/** Radars as the bus doctor shows them: they report unasked, and there is one a line. */
import { describeRadar, ld2410Framing, ld2450Framing } from "@gatehouse/protocol";
import type { LineProtocol } from "../../core/ports.ts";

export const ld2410Dialogue: LineProtocol = { framing: ld2410Framing, describe: describeRadar, unasked: true };
export const ld2450Dialogue: LineProtocol = { framing: ld2450Framing, describe: describeRadar, unasked: true };
