/** What is wired to a door node and how: the pins the shipped firmware takes from the factory, and the level each part gives. */
import { DOOR_PARTS, type DoorPart } from "../devices/device.ts";
import type { ChipName } from "./chips.ts";
import type { PinName } from "./pins.ts";

/** Pins 0 to 19 by their numbers on an Arduino Uno and an Arduino Mega. */
const NUMBERED: Readonly<Record<ChipName, string>> = {
  atmega328p: "D0 D1 D2 D3 D4 D5 D6 D7 B0 B1 B2 B3 B4 B5 C0 C1 C2 C3 C4 C5",
  atmega2560: "E0 E1 E4 E5 G5 E3 H3 H4 H5 H6 B4 B5 B6 B7 J1 J0 H1 H0 D3 D2",
};

const FACTORY: Readonly<Record<DoorPart, number>> = {
  "beam-a": 2,
  "beam-b": 3,
  contact: 4,
  button: 5,
  tamper: 6,
  fire: 7,
  "lock-0": 8,
  buzzer: 9,
  status: 13,
};

export type DoorWiring = Readonly<Record<DoorPart, PinName>>;

export function doorWiring(chip: ChipName): DoorWiring {
  const pins = NUMBERED[chip].split(" ");
  return Object.fromEntries(DOOR_PARTS.map((part) => [part, pins[FACTORY[part]]])) as DoorWiring;
}
