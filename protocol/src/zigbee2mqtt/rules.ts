/** The table of regular exposes: which name of which type and form means what. The first row that fits counts. */

import type { PointKind, Reads } from "../points/mapping.ts";
import type { ReadingKind } from "../reading.ts";
import type { Expose } from "./expose.ts";

export interface Rule {
  /** The whole property, without the endpoint that Zigbee2MQTT puts behind it. */
  readonly property: RegExp;
  readonly type: string;
  readonly kind: PointKind | undefined;
  /** Undefined: it has the name and not the form. */
  reads(expose: Expose): Reads | undefined;
}

const onOff =
  (on: ReadingKind, off: ReadingKind | undefined, value?: number) =>
  ({ valueOn, valueOff }: Expose): Reads | undefined => {
    if (valueOn === undefined || valueOff === undefined || valueOn === valueOff) return undefined;
    return { as: "values", values: { [valueOn]: on, ...(off === undefined ? {} : { [valueOff]: off }) }, value };
  };

/** A contact is closed when it is true. Another form may have the other sense: those stand in the table of irregular devices. */
const contact = ({ valueOn, valueOff }: Expose): Reads | undefined =>
  valueOn === "false" && valueOff === "true"
    ? { as: "values", values: { true: "door.closed", false: "door.opened" } }
    : undefined;

/** Whose converters turn the alarm around, and say that they are closed when true, whatever is called `on`. */
const closedIfTrue = ({ valueOn, valueOff }: Expose): Reads | undefined =>
  [valueOn, valueOff].toSorted().join() === "false,true"
    ? { as: "values", values: { true: "door.closed", false: "door.opened" } }
    : undefined;

const opening = ({ values }: Expose): Reads | undefined => {
  if (!values.includes("open") || !values.includes("closed")) return undefined;
  const open = values.filter((value) => value === "open" || value === "tilted");
  return {
    as: "values",
    values: { closed: "door.closed", ...Object.fromEntries(open.map((value) => [value, "door.opened" as const])) },
  };
};

const amount =
  (kind: ReadingKind, factors: Readonly<Record<string, number>>) =>
  ({ unit }: Expose): Reads | undefined => {
    const factor = unit !== undefined && Object.hasOwn(factors, unit) ? factors[unit] : undefined;
    return factor === undefined ? undefined : { as: "number", kind, factor };
  };

/** Of an enum that names nobody in one way and somebody in many. */
const somebody = ({ values }: Expose): Reads | undefined => {
  const nobody = values.find((value) => /^(none|no_presence|unoccupied)$/i.test(value));
  if (nobody === undefined) return undefined;
  const said = values.filter((value) => !value.startsWith("unknown"));
  return {
    as: "values",
    values: Object.fromEntries(said.map((value) => [value, value === nobody ? "presence.off" : "presence.on"])),
  };
};

const DOOR_STATES: Readonly<Record<string, ReadingKind>> = {
  open: "door.opened",
  closed: "door.closed",
  error_forced_open: "door.forced",
};

const ENERGY = { Wh: 1, kWh: 1_000, MWh: 1_000_000 };
const WATER = { L: 1, l: 1, "m³": 1_000, m3: 1_000 };
const POWER = { W: 1, kW: 1_000 };

export const RULES: readonly Rule[] = [
  { property: /^contact$/, type: "binary", kind: "contact", reads: contact },
  { property: /^(contact_alarm_1|garage_door_contact)$/, type: "binary", kind: "contact", reads: closedIfTrue },
  { property: /^opening_state$/, type: "enum", kind: "contact", reads: opening },
  {
    property: /^door_state$/,
    type: "enum",
    kind: "lock",
    reads: ({ values }) =>
      values.includes("open") && values.includes("closed") ? { as: "values", values: DOOR_STATES } : undefined,
  },
  { property: /^presence$/, type: "binary", kind: "presence", reads: onOff("presence.on", "presence.off") },
  { property: /^occupancy$/, type: "binary", kind: "presence", reads: onOff("presence.on", "presence.off") },
  { property: /^occupancy_alarm_1$/, type: "binary", kind: "presence", reads: onOff("presence.on", "presence.off") },
  { property: /^presence_state$/, type: "enum", kind: "presence", reads: somebody },
  {
    property: /^people$/,
    type: "numeric",
    kind: "presence",
    reads: () => ({ as: "number", kind: "presence.count", factor: 1 }),
  },
  { property: /^smoke$/, type: "binary", kind: "fire-input", reads: onOff("fire.on", "fire.off") },
  { property: /^sos$/, type: "binary", kind: "panic-button", reads: onOff("panic", undefined) },
  {
    property: /^(energy|energy_consumed|consumed_energy|current_summ_delivered)$/,
    type: "numeric",
    kind: "energy-meter",
    reads: amount("meter.energyWh", ENERGY),
  },
  { property: /^power$/, type: "numeric", kind: "energy-meter", reads: amount("meter.powerW", POWER) },
  {
    property: /^(water_consumed|water_consumed_total)$/,
    type: "numeric",
    kind: "water-meter",
    reads: (expose) => (/\blast\b/i.test(expose.description) ? undefined : amount("meter.waterL", WATER)(expose)),
  },
  { property: /^vibration$/, type: "binary", kind: "contact", reads: onOff("input.on", "input.off", 1) },
  { property: /^tamper(_alarm)?$/, type: "binary", kind: undefined, reads: onOff("tamper.on", "tamper.off") },
  { property: /^battery_low$/, type: "binary", kind: undefined, reads: onOff("battery.low", undefined) },
  {
    property: /^battery$/,
    type: "numeric",
    kind: undefined,
    reads: ({ unit }) => (unit === "%" ? { as: "percent" } : undefined),
  },
  {
    property: /^battery_(state|level)$/,
    type: "enum",
    kind: undefined,
    reads: ({ values }) => (values.includes("low") ? { as: "values", values: { low: "battery.low" } } : undefined),
  },
];

/** Names that sound like a door, a lock or somebody being there, and mean something else. */
export const NOT_OURS: readonly { readonly property: RegExp; readonly why: string }[] = [
  {
    property: /^(child|children|key|keypad|button|frost|mode_child|tilt)_?lock|^keypad_?lockout/i,
    why: "locks the device's own buttons, not a door",
  },
  {
    property: /^(hooks_lock|cable_locked|lock_relay|interlock|enable_local_config_lock)/,
    why: "locks a part of the device, not a door",
  },
  {
    property: /^(window|window_state|window_detection|open_window|out_door_sensor)/,
    why: "a guess or a setting of a heater or a drive, not a contact",
  },
  { property: /^(thermostat|external)_occupancy$/, why: "a setting of a heater, not a sensor" },
  {
    property: /^(energy_(produced|reactive|today|yesterday|month|balance)|produced_energy|reverse_water)/,
    why: "not what was consumed in all",
  },
  {
    property: /^(energy|power)_(a|b|c|phase_[abc]|l\d|t\d|tier_\d|[XYZ]|ab)$/,
    why: "one phase or tariff of the meter",
  },
  { property: /^input(_\d+)?$/, why: "an input that anything may be wired to: its sense is not told" },
  { property: /^(occupancy|presence|contact|vibration)_/, why: "a setting or a detail, not the state" },
];
