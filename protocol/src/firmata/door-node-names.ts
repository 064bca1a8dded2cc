/** The numbers inside the door node's own messages and their names, `firmware-messages.md`. */

export const DOOR_NODE_PROTOCOL = 1;
/** Most events under way without an acknowledgement. */
export const DOOR_NODE_WINDOW = 8;

export const DOOR_NODE_CHIPS: Readonly<Record<number, string>> = { 1: "ATmega328P", 2: "ATmega2560" };

export const DOOR_NODE_EVENTS = {
  started: 0x01,
  "passed-in": 0x02,
  "passed-out": 0x03,
  "turned-back": 0x04,
  "beam-blocked": 0x05,
  "beam-clear": 0x06,
  "door-opened": 0x10,
  "door-closed": 0x11,
  "door-forced": 0x12,
  "door-held": 0x13,
  button: 0x14,
  "tamper-on": 0x15,
  "tamper-off": 0x16,
  "fire-on": 0x17,
  "fire-off": 0x18,
  "lock-released": 0x20,
  "lock-secured": 0x21,
  "config-changed": 0x30,
} as const;
export type DoorNodeEventName = keyof typeof DOOR_NODE_EVENTS;

const EVENT_NAMES = new Map(Object.entries(DOOR_NODE_EVENTS).map(([name, code]) => [code as number, name]));

/** Undefined for an event of a newer firmware: acknowledge it all the same. */
export function doorNodeEventName(code: number): DoorNodeEventName | undefined {
  return EVENT_NAMES.get(code) as DoorNodeEventName | undefined;
}

export const LOCK_ACTIONS = { secure: 0, pulse: 1, hold: 2 } as const;

/** By number: the status of a `lock-result`. */
export const LOCK_STATUSES = [
  "done",
  "done-before",
  "too-late",
  "other-boot",
  "no-such-lock",
  "no-such-action",
  "pulse-too-long",
  "fire",
] as const;

/** By number: why a lock moved. */
export const LOCK_CAUSES = ["start", "command", "pulse-over", "button", "fire", "host-lost", "door-closed"] as const;

/** By number: the reason of a `refused`. */
export const REFUSAL_REASONS = ["", "check", "length", "unknown-id", "no-hello", "range"] as const;

/** By number: the status of `config-value` and `config-written`. */
export const CONFIG_STATUSES = ["ok", "no-such-key", "out-of-range", "busy"] as const;

export interface DoorNodeSetting {
  readonly key: number;
  readonly min: number;
  readonly max: number;
  /** On a new board. */
  readonly factory: number;
}

const pin = (key: number, factory: number): DoorNodeSetting => ({ key, min: 2, max: 127, factory });
const number = (key: number, min: number, max: number, factory: number): DoorNodeSetting => ({
  key,
  min,
  max,
  factory,
});

/** In the order of their keys. Pins: 127 is none; which numbers are pins depends on the chip. */
export const DOOR_NODE_CONFIG = {
  "fail-safe": number(0x01, 0, 3, 0),
  pulse: number(0x02, 100, 60_000, 5000),
  "pulse-limit": number(0x03, 100, 60_000, 30_000),
  held: number(0x04, 1, 3600, 30),
  flags: number(0x05, 0, 15, 3),
  "host-lost": number(0x06, 2, 600, 10),
  "beam-blocked": number(0x07, 1, 600, 10),
  debounce: number(0x08, 5, 250, 30),
  inverted: number(0x09, 0, 63, 0),
  used: number(0x0a, 0, 63, 63),
  body: number(0x0b, 1, 100, 15),
  gap: number(0x0c, 0, 100, 0),
  long: number(0x0d, 20, 1000, 70),
  return: number(0x0e, 0, 2000, 400),
  "pin-beam-a": pin(0x10, 2),
  "pin-beam-b": pin(0x11, 3),
  "pin-contact": pin(0x12, 4),
  "pin-button": pin(0x13, 5),
  "pin-tamper": pin(0x14, 6),
  "pin-fire": pin(0x15, 7),
  "pin-lock-0": pin(0x16, 8),
  "pin-lock-1": pin(0x17, 127),
  "pin-buzzer": pin(0x18, 9),
  "pin-status": pin(0x19, 13),
} as const satisfies Readonly<Record<string, DoorNodeSetting>>;
export type DoorNodeSettingName = keyof typeof DOOR_NODE_CONFIG;

/** By bit of a heartbeat's `state`. */
export const DOOR_NODE_STATE_BITS = [
  "beam-a",
  "beam-b",
  "door-open",
  "button",
  "tamper",
  "fire",
  "lock-0-released",
  "lock-1-released",
  "forced",
  "held",
  "events-lost",
] as const;

/** By bit of a self-test's `problems`. */
export const DOOR_NODE_PROBLEM_BITS = [
  "config-unreadable",
  "totals-unreadable",
  "beam-blocked",
  "eeprom-failed",
  "watchdog-reset",
  "brown-out-reset",
  "stack-nearly-full",
  "flash-damaged",
] as const;

/** By bit of `cause` in `hello` and `started`. */
export const RESET_CAUSE_BITS = ["power-on", "reset-line", "brown-out", "watchdog"] as const;

/** The names of the bits that are set. */
export function bitNames<Name extends string>(names: readonly Name[], bits: number): Name[] {
  return names.filter((_, bit) => (bits >>> bit) & 1);
}
