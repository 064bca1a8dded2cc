/** One simulated device as the command line names it. */
import type { Random } from "@gatehouse/protocol/testing";
import type { z } from "zod";
import type { SimDevice } from "./device.ts";
import type { OwnFaults } from "./faulty.ts";

/** A device, what it suffers of its own, and what an onlooker sees of it. */
export interface Made {
  readonly device: SimDevice;
  readonly ownFaults?: OwnFaults;
  readonly shown?: (nowMs: number) => unknown;
  /** Where one on a network pushes what it has to say unasked. */
  readonly listener?: () => { readonly address: string; readonly port: number } | undefined;
}

export interface SimDeviceRow {
  readonly what: string;
  /** The keys behind the `?`. */
  readonly keys: z.ZodType<object>;
  make(id: string, keys: object, random: Random): Made;
}

export const simDeviceRow = <Keys extends object>(
  what: string,
  keys: z.ZodType<Keys>,
  make: (id: string, keys: Keys, random: Random) => Made,
): SimDeviceRow => ({ what, keys, make: (id, given, random) => make(id, given as Keys, random) });
