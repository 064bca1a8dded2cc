/** Getting a bootloader to answer: resets the board, or asks somebody to, and finds out which chip it is. */
import { type BootDialect, type Clock, ConfigError, LinkError } from "@gatehouse/protocol";
import type { ResettingWire } from "../wire.ts";
import { type Programmer, programmers } from "./programmer.ts";

export interface ReachOptions {
  readonly wire: ResettingWire;
  readonly clock: Clock;
  /** Tried first; without it both, which takes a line that can reset the board. */
  readonly dialect?: BootDialect | undefined;
  /** Somebody has to press the reset button now. */
  readonly onPressReset: () => void;
  /** How long that may take them; default 60 s. */
  readonly pressMs?: number | undefined;
}

export type Reach = (signal: AbortSignal) => Promise<Programmer>;

/** A bootloader waits for a second. */
const WINDOW_MS = 700;
/** A board without a program is in its bootloader all the time. */
const ALREADY_MS = 300;
const ONCE_MS = 1;
const PRESS_MS = 60_000;
const EITHER: readonly BootDialect[] = ["v1", "v2", "v1", "v2"];
const OTHER: Readonly<Record<BootDialect, BootDialect>> = { v1: "v2", v2: "v1" };

/** What it returns throws LinkError when nothing answers, and what the signal was aborted with. */
export function reacher(options: ReachOptions): Reach {
  const { wire, clock, dialect, onPressReset, pressMs = PRESS_MS } = options;
  const both = programmers(wire, clock);
  let known = dialect;

  async function greeted(which: BootDialect, forMs: number, signal: AbortSignal): Promise<Programmer | undefined> {
    const untilMs = clock.monoMs() + forMs;
    while (clock.monoMs() < untilMs) {
      signal.throwIfAborted();
      if (!(await both[which].greet())) continue;
      known = which;
      return both[which];
    }
    return undefined;
  }

  /** Version 2's greeting ends a bootloader of version 1: that comes first, and the other one after a new reset. */
  async function byLine(signal: AbortSignal): Promise<Programmer | undefined> {
    const order = known === undefined ? EITHER : [known, known, OTHER[known]];
    for (const which of order) {
      if (!(await wire.pulseReset(clock))) return undefined;
      const found = await greeted(which, WINDOW_MS, signal);
      if (found !== undefined) return found;
    }
    throw new LinkError(
      "timeout",
      "no bootloader answers though the board was reset: check that it is the right port, that the board has a bootloader (Optiboot, or the ATmega2560's), and its rate (--baud)",
    );
  }

  async function byHand(signal: AbortSignal): Promise<Programmer> {
    if (known === undefined)
      throw new ConfigError({
        path: "--chip",
        reason: "this line cannot reset the board, so that its chip cannot be found out",
        fix: "add --chip atmega328p or --chip atmega2560",
      });
    const already = await greeted(known, ALREADY_MS, signal);
    if (already !== undefined) return already;
    onPressReset();
    // Version 1's greeting is nothing to version 2: a board of the other chip is found out at once. The other way round it would end the bootloader.
    const heard: readonly BootDialect[] = known === "v2" ? ["v2", "v1"] : ["v1"];
    const untilMs = clock.monoMs() + pressMs;
    while (clock.monoMs() < untilMs)
      for (const which of heard) {
        const found = await greeted(which, ONCE_MS, signal);
        if (found !== undefined) return found;
      }
    throw new LinkError(
      "timeout",
      `no bootloader answered within ${Math.round(pressMs / 1_000)} s: press the board's reset button while this program waits; check the port, the chip (--chip), the rate (--baud), and that no other program, as \`gatehouse bridge\`, has the line`,
    );
  }

  return async (signal) => (await byLine(signal)) ?? byHand(signal);
}
