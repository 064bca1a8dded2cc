/** Which device of the site an event of a board belongs to. Pure. */
import { type Device, InvariantError, type UhppoteEvent } from "@gatehouse/protocol";
import { UhppoteDevice } from "./config.ts";

/** The devices of one board. */
export interface BoardDevices {
  readonly serial: number;
  readonly ids: readonly string[];
  /** Undefined for an event at a door nobody listed. */
  deviceOf(event: Pick<UhppoteEvent, "door" | "direction">): string | undefined;
}

interface Seat {
  readonly id: string;
  readonly serial: number;
  readonly door: number | undefined;
  readonly direction: "in" | "out" | undefined;
}

export function boardsOf(devices: readonly Device[]): readonly BoardDevices[] {
  const bySerial = Map.groupBy(devices.map(seatOf), ({ serial }) => serial);
  return [...bySerial].map(([serial, seats]) => ({
    serial,
    ids: seats.map(({ id }) => id),
    deviceOf: (event) => deviceOf(seats, event),
  }));
}

/** The board and door of a device; undefined for one that is not of this driver. */
export function seatIn(devices: readonly Device[], id: string): Seat | undefined {
  const device = devices.find((candidate) => candidate.id === id);
  return device === undefined ? undefined : seatOf(device);
}

function seatOf(device: Device): Seat {
  const own = UhppoteDevice.safeParse({ serial: device["serial"], door: device["door"] });
  if (!own.success) throw new InvariantError(`device ${device.id} was not checked: ${own.error.message}`);
  return { id: device.id, serial: own.data.serial, door: own.data.door, direction: device.direction };
}

function deviceOf(seats: readonly Seat[], { door, direction }: Pick<UhppoteEvent, "door" | "direction">) {
  const side = direction === 2 ? "out" : "in";
  const atDoor = seats.filter((seat) => seat.door === door);
  const found =
    atDoor.find((seat) => seat.direction === side) ??
    atDoor.find((seat) => seat.direction === undefined) ??
    // The whole board speaks for events without a door; a door of it does where the board is not listed.
    (door === 0 ? (seats.find((seat) => seat.door === undefined) ?? seats[0]) : atDoor[0]);
  return (found ?? seats.find((seat) => seat.door === undefined))?.id;
}
