/**
 * The table of irregular devices: those whose exposes have another name or sense than what they are, as far as the converters of Zigbee2MQTT
 * (zigbee-herdsman-converters) tell. A device that is not here is read by its exposes alone.
 */

import type { PointKind } from "../points/mapping.ts";
import type { ReadingKind } from "../reading.ts";

export interface IrregularPoint {
  readonly property: string;
  readonly kind: PointKind;
  readonly values: Readonly<Record<string, ReadingKind>>;
  readonly value?: number;
}

export interface IrregularMeter {
  readonly property: string;
  readonly kind: "energy-meter" | "water-meter";
  readonly reading: "meter.energyWh" | "meter.waterL";
  readonly factor: number;
}

export interface Irregular {
  readonly vendor: string;
  readonly models: readonly string[];
  readonly points?: readonly IrregularPoint[];
  readonly meters?: readonly IrregularMeter[];
  /** Exposes that must not be read as their name says, with why. */
  readonly not?: Readonly<Record<string, string>>;
  /** It is a lock that tells what happens by `action`. */
  readonly lockActions?: true;
  /** Why nothing can be made of it. */
  readonly unsupported?: string;
}

const CLOSED_IF_TRUE = { true: "door.closed", false: "door.opened" } as const;
/** IAS zones of doors raise their alarm while they are open. */
const OPEN_IF_TRUE = { true: "door.opened", false: "door.closed" } as const;
const THERE_IF_TRUE = { true: "presence.on", false: "presence.off" } as const;
const LOCKED_BY_WORD = { LOCK: "lock.locked", UNLOCK: "lock.unlocked" } as const;
const SECOND_ALARM = "the second alarm of the zone, whose bit may be anything";
const KEYPAD_CONTACT = "the same alarm as its occupancy: a keypad watches no door";
const TAG = "tells whether this tag is within radio range, not whether somebody is in a room";

const contact = (property: string, values: IrregularPoint["values"]): IrregularPoint => ({
  property,
  kind: "contact",
  values,
});
const presence = (property: string, values: IrregularPoint["values"]): IrregularPoint => ({
  property,
  kind: "presence",
  values,
});
const lock = (property: string, values: IrregularPoint["values"]): IrregularPoint => ({
  property,
  kind: "lock",
  values,
});

export const IRREGULAR: readonly Irregular[] = [
  {
    vendor: "Aqara",
    models: ["ZNMS11LM", "ZNMS12LM", "ZNMS13LM"],
    points: [lock("state", LOCKED_BY_WORD)],
    not: { reverse: "the bolt from inside, not the lock" },
    lockActions: true,
  },
  { vendor: "JAVIS", models: ["JS-SLK2-ZB"], points: [lock("state", LOCKED_BY_WORD)], lockActions: true },
  { vendor: "easyiot", models: ["ZB-ZL01"], points: [lock("lock_status", { 0: "lock.locked", 1: "lock.unlocked" })] },
  {
    vendor: "Xiaomi",
    models: ["A6121"],
    unsupported: "this lock tells which key was put in, never whether it is locked",
  },
  { vendor: "Dawon DNS", models: ["SG-V100-ZB"], unsupported: "it shuts a gas valve, it locks no door" },
  { vendor: "Somfy", models: ["1811680"], points: [contact("alarm_1", OPEN_IF_TRUE)] },
  {
    vendor: "Feibit",
    models: ["FB56-DOS06HM1.1"],
    points: [contact("alarm_1", OPEN_IF_TRUE)],
    not: { alarm_2: SECOND_ALARM },
  },
  {
    vendor: "Shyugj",
    models: ["S901D-ZG"],
    points: [contact("alarm_1", OPEN_IF_TRUE)],
    not: { alarm_2: SECOND_ALARM },
  },
  {
    vendor: "EZVIZ",
    models: ["CS-T2C"],
    points: [contact("contact_alarm_1", CLOSED_IF_TRUE)],
    not: { contact_alarm_2: SECOND_ALARM },
  },
  {
    vendor: "Heiman",
    models: ["HS2VTD"],
    points: [contact("contact_alarm_1", CLOSED_IF_TRUE)],
    not: { contact_alarm_2: SECOND_ALARM },
  },
  { vendor: "IMOU", models: ["ZD1-EN"], points: [contact("alarm", OPEN_IF_TRUE)] },
  {
    vendor: "NodOn",
    models: ["SDC-4-1-00"],
    points: [contact("dry_contact", { contact_closed: "door.closed", contact_open: "door.opened" })],
  },
  { vendor: "TERNCY", models: ["TERNCY-DC01"], points: [contact("contact", CLOSED_IF_TRUE)] },
  {
    vendor: "Tuya",
    models: ["TS0601_garage_door_opener", "GDC311ZBQ1", "TS0603"],
    points: [contact("garage_door_contact", CLOSED_IF_TRUE)],
  },
  {
    vendor: "Senoro",
    models: ["Senoro.Win", "Senoro.Win v2"],
    points: [contact("opening_state", { closed: "door.closed", open: "door.opened", tilted: "door.opened" })],
  },
  {
    vendor: "SODA",
    models: ["S8"],
    unsupported: "its handle tells closed or tilted, never whether the window is open",
  },
  {
    vendor: "PushOk Hardware",
    models: ["POK003", "POK010"],
    not: { contact: "an input of a water level sensor, not a door" },
  },
  { vendor: "OWON", models: ["SPM915"], not: { contact: "a sleeping pad, not a door" } },
  { vendor: "OWON", models: ["SLC631"], not: { contact: "the button of a door bell, not a door" } },
  { vendor: "Hive", models: ["KEYPAD001"], not: { contact: KEYPAD_CONTACT } },
  {
    vendor: "Technicolor",
    models: ["XHK1-TC"],
    not: { contact: KEYPAD_CONTACT, presence: "tells that the keypad reports in" },
  },
  {
    vendor: "Universal Electronics Inc",
    models: ["XHK1-UE", "UEHK2AZ0"],
    not: { contact: KEYPAD_CONTACT, presence: "tells that the keypad reports in" },
  },
  { vendor: "Iris", models: ["3450-L"], not: { presence: TAG } },
  { vendor: "SmartThings", models: ["STS-PRS-251"], not: { presence: TAG } },
  { vendor: "KMPCIL", models: ["KMPCIL-tag-001"], not: { presence: TAG, occupancy: TAG, vibration: TAG } },
  { vendor: "Aqara", models: ["ACN002"], not: { occupancy_status: "tells that the toilet seat is in use" } },
  {
    vendor: "Tuya",
    models: ["ZY-M100-S_3"],
    // Its converter writes words where the expose has booleans.
    points: [presence("presence", { ...THERE_IF_TRUE, True: "presence.on", False: "presence.off" })],
  },
  { vendor: "Sengled", models: ["E13-A21"], points: [presence("motion_status", THERE_IF_TRUE)] },
  { vendor: "Vesternet", models: ["VES-ZB-PIR-21"], points: [presence("occupancy_alarm_1", THERE_IF_TRUE)] },
  { vendor: "iLightsIn", models: ["HSSA18-Z-MID"], points: [presence("occupancy_alarm_1", THERE_IF_TRUE)] },
  {
    vendor: "ShinaSystem",
    models: ["DMS-300ZB"],
    points: [presence("occupancy_or", THERE_IF_TRUE)],
    not: {
      occupancy_in: "one of its two sensors",
      occupancy_out: "one of its two sensors",
      occupancy_and: "both sensors at once",
    },
  },
  {
    vendor: "OWON",
    models: ["FDS315"],
    points: [
      presence("status", {
        unoccupied: "presence.off",
        occupied: "presence.on",
        sitting: "presence.on",
        on_the_bed: "presence.on",
        low_posture: "presence.on",
        falling: "presence.on",
      }),
    ],
  },
  {
    vendor: "HOBEIAN",
    models: ["ZG-210Z"],
    points: [presence("pressure_state", { none: "presence.off", sit: "presence.on", sedentary: "presence.on" })],
  },
  {
    vendor: "SMaBiT (Bitron Video)",
    models: ["AV2010/33"],
    points: [{ property: "occupancy", kind: "contact", values: { true: "input.on", false: "input.off" }, value: 1 }],
  },
  {
    vendor: "Tuya",
    models: ["TS0601_vibration_alarm_sensor"],
    points: [
      { property: "alarm_status", kind: "contact", values: { alarm: "input.on", normal: "input.off" }, value: 1 },
    ],
  },
  { vendor: "Aqara", models: ["DJT12LM"], unsupported: "it tells of shakes by `action` alone, and never of their end" },
  {
    vendor: "EGLO",
    models: ["99106"],
    unsupported: "it sends commands for lamps, and never tells whether somebody is there",
  },
  {
    vendor: "Tuya",
    models: ["MS032Z"],
    unsupported: "the motion of its stairs starts its lamps, and lasts for moments",
  },
  {
    vendor: "Slacky-DIY",
    models: ["Watermeter_TLSR8258"],
    meters: [
      { property: "volume_1", kind: "water-meter", reading: "meter.waterL", factor: 1 },
      { property: "volume_2", kind: "water-meter", reading: "meter.waterL", factor: 1 },
    ],
  },
  {
    vendor: "Bacchus",
    models: ["Mercury_3ph_Counter"],
    meters: [{ property: "energy_all", kind: "energy-meter", reading: "meter.energyWh", factor: 1_000 }],
  },
];

const BY_MODEL = new Map(
  IRREGULAR.flatMap((row) => row.models.map((model) => [`${row.vendor}\n${model}`, row] as const)),
);

export const irregularOf = (vendor: string, model: string): Irregular | undefined =>
  BY_MODEL.get(`${vendor}\n${model}`);
