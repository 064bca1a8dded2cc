/** Where each device sits and what is known of it, together: every reading asks for all of it. Found anew from the model, not kept. */
import { type Device, OUTSIDE, type Portal } from "@gatehouse/protocol";
import type { Model } from "./model.ts";
import type { DeviceState } from "./state.ts";

export interface Seat {
  readonly device: Device;
  readonly portal: Portal | undefined;
  /** The inner side of its portal, or the space it sits in. */
  readonly space: string | undefined;
  /** Devices at the same portal, and presence sensors in the spaces on its two sides. */
  readonly neighbours: readonly Seat[];
  /** Undefined before its first reading. */
  known: DeviceState | undefined;
}

export class Seats {
  readonly #known: ReadonlyMap<string, DeviceState>;
  #model: Model | undefined;
  #seats: ReadonlyMap<string, Seat> = new Map();

  constructor(known: ReadonlyMap<string, DeviceState>) {
    this.#known = known;
  }

  /** Undefined for a device that is not on the site. */
  of(model: Model, id: string): Seat | undefined {
    if (model !== this.#model) {
      this.#model = model;
      this.#seats = seatsOn(model, this.#known);
    }
    return this.#seats.get(id);
  }
}

/** Undefined for a portal between two outsides. */
export function innerSpace(portal: Portal | undefined): string | undefined {
  if (portal === undefined) return undefined;
  const inner = portal.to === OUTSIDE ? portal.from : portal.to;
  return inner === OUTSIDE ? undefined : inner;
}

function seatsOn(model: Model, known: ReadonlyMap<string, DeviceState>): Map<string, Seat> {
  const seats = [...model.devices.values()].map((device) => {
    const portal = device.portal === undefined ? undefined : model.portals.get(device.portal);
    const space = innerSpace(portal) ?? model.spaceOf.get(device.id);
    const neighbours: Seat[] = [];
    return { device, portal, space, neighbours, known: known.get(device.id) };
  });
  const atPortal = Map.groupBy(seats, ({ portal }) => portal?.id ?? "");
  const seeing = Map.groupBy(
    seats.filter(({ device: { kind, portal } }) => kind === "presence" && portal === undefined),
    ({ device }) => device.space ?? "",
  );
  for (const seat of seats) {
    const { portal, neighbours } = seat;
    if (portal === undefined) continue;
    const near = [atPortal.get(portal.id), seeing.get(portal.from), seeing.get(portal.to)];
    for (const each of near) neighbours.push(...(each ?? []).filter((other) => other !== seat));
  }
  return new Map(seats.map((seat) => [seat.device.id, seat]));
}
