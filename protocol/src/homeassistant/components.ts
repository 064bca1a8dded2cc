/** What each component of Home Assistant means here, with Home Assistant's own defaults. Tables first. */
import type { Point, PointKind } from "../points/mapping.ts";
import type { ReadingKind } from "../reading.ts";
import type { Fields } from "./discovery.ts";
import type { LockCommands } from "./entity.ts";

export interface ReadComponent {
  readonly point?: Point;
  readonly commands?: LockCommands;
  readonly offDelaySeconds?: number;
  readonly offText?: string;
  readonly jammedText?: string;
}

interface BinaryClass {
  readonly kind: PointKind | undefined;
  readonly on: ReadingKind;
  readonly off: ReadingKind | undefined;
  readonly value?: number;
}

const OPENING: BinaryClass = { kind: "contact", on: "door.opened", off: "door.closed" };
const SOMEBODY: BinaryClass = { kind: "presence", on: "presence.on", off: "presence.off" };

/** `on` of each class of binary sensor, as Home Assistant defines it. */
const BINARY: Readonly<Record<string, BinaryClass>> = {
  door: OPENING,
  garage_door: OPENING,
  opening: OPENING,
  window: OPENING,
  // On means open, which is unlocked.
  lock: { kind: "lock", on: "lock.unlocked", off: "lock.locked" },
  motion: SOMEBODY,
  occupancy: SOMEBODY,
  vibration: { kind: "contact", on: "input.on", off: "input.off", value: 1 },
  smoke: { kind: "fire-input", on: "fire.on", off: "fire.off" },
  tamper: { kind: undefined, on: "tamper.on", off: "tamper.off" },
  battery: { kind: undefined, on: "battery.low", off: undefined },
};

const NOT_BINARY: Readonly<Record<string, string>> = {
  presence: "device_class presence tells whether somebody's phone or tag is at home, not whether somebody is in a room",
  moving: "device_class moving tells that a thing moves, not that somebody is there",
};

interface SensorClass {
  readonly kind: PointKind;
  readonly reading: ReadingKind;
  readonly factors: Readonly<Record<string, number>>;
  readonly total: boolean;
}

const SENSORS: Readonly<Record<string, SensorClass>> = {
  energy: {
    kind: "energy-meter",
    reading: "meter.energyWh",
    factors: { Wh: 1, kWh: 1_000, MWh: 1_000_000 },
    total: true,
  },
  power: { kind: "energy-meter", reading: "meter.powerW", factors: { W: 1, kW: 1_000 }, total: false },
  water: {
    kind: "water-meter",
    reading: "meter.waterL",
    factors: { L: 1, "m³": 1_000, m3: 1_000, gal: 3.785_411_784, "ft³": 28.316_846_592 },
    total: true,
  },
};

/** Totals of a day or a month begin anew: they are no meter. */
const OF_A_TIME = /today|yesterday|daily|week|month|last/i;
const MAX_OFF_DELAY_S = 86_400;

/** A text is why nothing can be made of it. */
export function readComponent(component: string, fields: Fields, id: string): ReadComponent | string {
  if (fields["encoding"] !== undefined && fields["encoding"] !== "utf-8") return "encoding: only utf-8 is read";
  if (component === "lock") return readLock(fields, id);
  if (component === "binary_sensor") return readBinary(fields, id);
  if (component === "sensor") return readSensor(fields, id);
  if (component === "event") return readEvent(fields, id);
  return `the component ${component} is nothing of a door, a room or a meter`;
}

const said = (value: unknown, otherwise: string): string => {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 300) : otherwise;
};

function readLock(fields: Fields, id: string): ReadComponent | string {
  const locked = said(fields["state_locked"], "LOCKED");
  const unlocked = said(fields["state_unlocked"], "UNLOCKED");
  if (locked === unlocked) return "state_locked and state_unlocked are the same";
  const jammedText = said(fields["state_jammed"], "JAMMED");
  const point: Point = {
    kind: "lock",
    property: id,
    reads: { as: "values", values: { [locked]: "lock.locked", [unlocked]: "lock.unlocked" } },
  };
  const { command_topic: topic, command_template, code_format } = fields;
  const isTopic = typeof topic === "string" && topic !== "" && topic.length <= 300 && !/[+#\0]/.test(topic);
  // A code would have to be known, and a template may ask for one.
  if (!isTopic || command_template !== undefined || code_format !== undefined) return { point, jammedText };
  const lock = said(fields["payload_lock"], "LOCK");
  const unlock = said(fields["payload_unlock"], "UNLOCK");
  return { point: { ...point, takes: true }, commands: { topic, lock, unlock }, jammedText };
}

function readBinary(fields: Fields, id: string): ReadComponent | string {
  const name = fields["device_class"];
  if (typeof name !== "string") return "without a device_class nobody knows what it senses";
  const known = Object.hasOwn(BINARY, name) ? BINARY[name] : undefined;
  const not = Object.hasOwn(NOT_BINARY, name) ? NOT_BINARY[name] : undefined;
  if (known === undefined) return not ?? `device_class ${name.slice(0, 50)} is nothing of a door, a room or a meter`;
  const on = said(fields["payload_on"], "ON");
  const off = said(fields["payload_off"], "OFF");
  if (on === off) return "payload_on and payload_off are the same";
  const values = { [on]: known.on, ...(known.off === undefined ? {} : { [off]: known.off }) };
  const delay = fields["off_delay"];
  const offDelay =
    typeof delay === "number" && delay > 0 && delay <= MAX_OFF_DELAY_S ? { offDelaySeconds: delay, offText: off } : {};
  return {
    point: { kind: known.kind, property: id, reads: { as: "values", values, value: known.value } },
    ...offDelay,
  };
}

function readSensor(fields: Fields, id: string): ReadComponent | string {
  const { device_class: name, unit_of_measurement: unit, state_class } = fields;
  if (name === "battery") {
    if (unit !== "%") return "a battery in another unit than %";
    return { point: { kind: undefined, property: id, reads: { as: "percent" } } };
  }
  const known = typeof name === "string" && Object.hasOwn(SENSORS, name) ? SENSORS[name] : undefined;
  if (known === undefined)
    return typeof name === "string"
      ? `device_class ${name.slice(0, 50)} is no meter`
      : "without a device_class nobody knows what it measures";
  const factor = typeof unit === "string" && Object.hasOwn(known.factors, unit) ? known.factors[unit] : undefined;
  if (factor === undefined) return `${name}: the unit ${said(unit, "given").slice(0, 20)} is not known`;
  if (known.total && state_class === "measurement") return `${name}: a measurement, no running total`;
  const names = `${said(fields["name"], "")} ${id}`;
  if (known.total && OF_A_TIME.test(names)) return `${name}: a total of a day or a month, no running total`;
  return { point: { kind: known.kind, property: id, reads: { as: "number", kind: known.reading, factor } } };
}

const PANIC = ["emergency", "sos", "panic"];
/** Types of events that tell what happened at a lock. */
const OF_LOCK = /unlock|lock|finger|password|door/;

function readEvent(fields: Fields, id: string): ReadComponent | string {
  const given = fields["event_types"];
  const types = (Array.isArray(given) ? given : []).slice(0, 100).filter((type) => typeof type === "string");
  if (types.length === 0) return "event_types: missing";
  const panics = types.filter((type) => PANIC.includes(type));
  if (panics.length > 0) {
    const values = Object.fromEntries(panics.map((type) => [type, "panic" as const]));
    return { point: { kind: "panic-button", property: id, reads: { as: "values", values } } };
  }
  if (types.some((type) => OF_LOCK.test(type))) return {};
  return "its events tell of a button, not of a door or a call for help";
}
