/** Which device of the site an event of a board belongs to. Pure. */
import { type Device, InvariantError, type UhppoteEvent, uhppoteReason } from "@gatehouse/protocol";
import { UhppoteDevice } from "./config.ts";

/** A reader's side in an event; 1 is in. */
const OUT = 2;

/** The devices of one board. */
export interface BoardDevices {
  readonly serial: number;
  readonly ids: readonly string[];
  /**
   * A card's reading goes to the side it was shown on, a door's own events always to the same device: the door without a side, or its inner
   * one. Undefined for an event at a door nobody listed.
   */
  deviceOf(event: Pick<UhppoteEvent, "door" | "direction" | "reason">): string | undefined;
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

function deviceOf(seats: readonly Seat[], event: Pick<UhppoteEvent, "door" | "direction" | "reason">) {
  const whole = seats.find(({ door }) => door === undefined);
  // The board speaks for events without a door; where it is not listed, any door of it.
  if (event.door === 0) return (whole ?? seats[0])?.id;
  const atDoor = seats.filter(({ door }) => door === event.door);
  const onSide = (side: "in" | "out" | undefined) => atDoor.find(({ direction }) => direction === side);
  const isCard = uhppoteReason(event.reason).card;
  const shownOn = isCard ? onSide(event.direction === OUT ? "out" : "in") : undefined;
  return (shownOn ?? onSide(undefined) ?? onSide("in") ?? atDoor[0] ?? whole)?.id;
}
