/** Definitions of the simulated Zigbee devices, as Zigbee2MQTT would list them. */

const battery = {
  type: "numeric",
  name: "battery",
  property: "battery",
  access: 1,
  unit: "%",
  value_min: 0,
  value_max: 100,
};
const tamper = { type: "binary", name: "tamper", property: "tamper", access: 1, value_on: true, value_off: false };

export const ZIGBEE_MODELS = {
  lock: {
    vendor: "Simulated",
    model: "SIM-LOCK",
    description: "Door lock with keypad and card reader",
    exposes: [
      {
        type: "lock",
        features: [
          { type: "binary", name: "state", property: "state", access: 7, value_on: "LOCK", value_off: "UNLOCK" },
          {
            type: "enum",
            name: "lock_state",
            property: "lock_state",
            access: 1,
            values: ["not_fully_locked", "locked", "unlocked"],
          },
        ],
      },
      battery,
      {
        type: "composite",
        name: "pin_code",
        property: "pin_code",
        access: 7,
        features: [{ type: "numeric", name: "pin_code", property: "pin_code", access: 2 }],
      },
      {
        type: "enum",
        name: "action",
        property: "action",
        access: 1,
        values: ["lock", "unlock", "auto_lock", "unlock_failure_invalid_pin_or_id"],
      },
      {
        type: "enum",
        name: "action_source_name",
        property: "action_source_name",
        access: 1,
        values: ["keypad", "rfid", "manual", "rf"],
      },
      { type: "numeric", name: "action_user", property: "action_user", access: 1 },
    ],
  },
  contact: {
    vendor: "Simulated",
    model: "SIM-CONTACT",
    description: "Door sensor",
    exposes: [
      { type: "binary", name: "contact", property: "contact", access: 1, value_on: false, value_off: true },
      battery,
      tamper,
    ],
  },
  presence: {
    vendor: "Simulated",
    model: "SIM-PRESENCE",
    description: "mmWave presence sensor",
    exposes: [
      { type: "binary", name: "presence", property: "presence", access: 1, value_on: true, value_off: false },
      { type: "numeric", name: "illuminance", property: "illuminance", access: 5, unit: "lx" },
    ],
  },
  meter: {
    vendor: "Simulated",
    model: "SIM-METER",
    description: "DIN rail energy meter",
    exposes: [
      { type: "numeric", name: "energy", property: "energy", access: 1, unit: "kWh" },
      { type: "numeric", name: "power", property: "power", access: 1, unit: "W" },
    ],
  },
} as const;

export type ZigbeeModel = keyof typeof ZIGBEE_MODELS;
