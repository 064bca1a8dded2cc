/** What there is to say of one protocol on a scenario's lines. */
import type { Clock, SiteBoard } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { z } from "zod";
import type { SimDevice, SimEvent } from "../devices/device.ts";
import type { OwnFaults } from "../devices/faulty.ts";
import type { Movement } from "../households/movements.ts";
import type { World } from "../households/residents.ts";
import type { Flat } from "../scenario.ts";

/** Something that happens to a device on a line, in world time. */
export interface Happening {
  readonly atMs: number;
  readonly event: SimEvent;
}

/** What a device's people do: those of its flat, or of all flats where it stands at the gate. */
export interface Lives {
  readonly flats: readonly Flat[];
  readonly world: World;
  /** Where it begins, world time. */
  readonly fromMs: number;
  /** In order of time, endless. */
  readonly movements: () => Iterable<Movement>;
  /** World seconds in a real one, for what takes the real time it takes. */
  readonly scale: number;
}

/**
 * How often something is asked that a real site asks every `worldS` seconds. Drivers ask in real time, so where world time runs faster it is asked
 * that much sooner, but never more often than every `leastS` real seconds.
 */
export type Pace = (worldS: number, leastS: number) => number;

/** A device, and what it suffers of its own. */
export interface MadeDevice {
  readonly device: SimDevice;
  readonly own?: OwnFaults;
}

/** What the site file says of a board the bridge owns: it has no driver in the gateway, its devices are of the driver `mqtt`. */
export interface Bridged {
  board(flat: string, link: string): z.input<typeof SiteBoard>;
  /** Devices beside the one that stands on the line. */
  beside(flat: string): readonly ({ readonly id: string; readonly kind: string } & object)[];
}

export interface LineKind {
  readonly bridged?: Bridged;
  /** Keys of the driver beside id and type; `link` is what a site file calls the line's place. */
  driver(pace: Pace, link: string): object;
  /** The flat's id, or undefined for the gate. */
  idOf(flat: string | undefined): string;
  /** The device in the site file, beside its id and driver. */
  site(flat: string | undefined, index: number, pace: Pace): { readonly kind: string } & object;
  /** All devices of a line, in its order. */
  make(ids: readonly string[], chance: (id: string) => Random, clock: Clock): readonly MadeDevice[];
  happenings(lives: Lives): Iterable<Happening>;
  /** Of a serial line, where the link must name it. */
  readonly baud?: number;
}

/** For lines whose devices know nothing of one another. */
export const each =
  (make: (id: string, index: number, random: Random) => MadeDevice): LineKind["make"] =>
  (ids, chance) =>
    ids.map((id, index) => make(id, index, chance(id)));

/** For drivers that need no more than a link. */
export const linkOnly: LineKind["driver"] = (_pace, link) => ({ link });
