/** A line in memory and its far end, where a test or a simulated device listens and speaks. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { LineTap } from "../core/ports.ts";
import { LinkUrl } from "../drivers/line/address.ts";
import { GuardedLine } from "../drivers/line/guarded-line.ts";
import type { Line } from "../drivers/line/line.ts";
import type { Ears } from "../drivers/line/transport.ts";
import { MemoryLog } from "./log.ts";

export interface FarEnd {
  /** Who hears what the gateway writes. */
  onBytes(listener: (bytes: Uint8Array) => void): void;
  say(bytes: Uint8Array): void;
  /** The line is lost, as an adapter pulled out. */
  unplug(): void;
  /** Takes no bytes any more, as a peer that does not read: writes hang. */
  deaf: boolean;
  /** Rates the gateway asked for. */
  readonly bauds: readonly number[];
  /** How often the gateway closed it. */
  readonly closed: number;
  readonly paused: boolean;
}

export interface LinePair {
  readonly line: Line;
  readonly far: FarEnd;
}

const TIMING = { quietMs: 40, retryWithinMs: 1_000 };

/** `link` says how fast the line is meant to be; bytes come at once all the same. */
export async function linePair(
  clock: Clock,
  { link = "serial:/dev/pair?baud=9600", tap }: { readonly link?: string; readonly tap?: LineTap } = {},
): Promise<LinePair> {
  let ears: Ears | undefined;
  let listener: (bytes: Uint8Array) => void = () => {};
  const bauds: number[] = [];
  const far = {
    onBytes: (next: (bytes: Uint8Array) => void) => {
      listener = next;
    },
    say: (bytes: Uint8Array) => ears?.heard(bytes),
    unplug: () => ears?.lost(new LinkError("closed", "the pair was cut", { retryWithinMs: 1_000 })),
    deaf: false,
    bauds,
    closed: 0,
    paused: false,
  };
  const transport = {
    write: async (bytes: Uint8Array) => {
      if (far.deaf) await new Promise<never>(() => {});
      listener(bytes);
    },
    setBaud: async (baud: number) => void bauds.push(baud),
    pause: () => {
      far.paused = true;
    },
    resume: () => {
      far.paused = false;
    },
    close: async () => {
      far.closed += 1;
    },
  };
  const connect = async (found: Ears) => {
    ears = found;
    return transport;
  };
  const line = new GuardedLine(LinkUrl.parse(link), TIMING, { clock, log: new MemoryLog(), tap });
  return { line: await line.open(connect, new AbortController().signal), far };
}
