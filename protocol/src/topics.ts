/** Names of the native MQTT interface, and of what the MQTT and NATS uplinks publish. */
import type { Lane } from "./envelope.ts";

const ROOT = "gatehouse/1";

/** What a device publishes, and what it is told. */
export const deviceTopic = {
  readings: (device: string) => `${ROOT}/${device}/readings`,
  readingsPb: (device: string) => `${ROOT}/${device}/readings.pb`,
  status: (device: string) => `${ROOT}/${device}/status`,
  command: (device: string) => `${ROOT}/${device}/command`,
  result: (device: string) => `${ROOT}/${device}/result`,
  errors: (device: string) => `${ROOT}/${device}/errors`,
  /** Of a door board's first device: a new program is asked for, and how far it is. */
  update: (device: string) => `${ROOT}/${device}/update`,
  updating: (device: string) => `${ROOT}/${device}/updating`,
} as const;

/** What the gateway tells local tools. */
export const stateTopic = {
  all: `${ROOT}/state/#`,
  space: (space: string) => `${ROOT}/state/spaces/${space}`,
  alert: (alert: string) => `${ROOT}/state/alerts/${alert}`,
  prompt: (prompt: string) => `${ROOT}/state/prompts/${prompt}`,
  portal: (portal: string) => `${ROOT}/state/portals/${portal}`,
  summary: `${ROOT}/state/summary`,
  compliance: `${ROOT}/state/compliance`,
  health: `${ROOT}/state/health`,
} as const;

/** The gateway's own side process for OPC UA: what its users do, and how that ended. No device has topics of five levels. */
export const opcuaTopic = {
  asks: `${ROOT}/side/opcua/asks`,
  answers: `${ROOT}/side/opcua/answers`,
} as const;

/** The MQTT uplink's topics at the platform's broker. */
export const uplinkTopic = {
  up: (gateway: string, lane: Lane) => `gatehouse/${gateway}/up/${lane}`,
  receipts: (gateway: string) => `gatehouse/${gateway}/receipts`,
  commands: (gateway: string) => `gatehouse/${gateway}/commands`,
} as const;

/** The NATS uplink's subjects. */
export const uplinkSubject = {
  up: (gateway: string, lane: Lane) => `gatehouse.${gateway}.${lane}`,
  commands: (gateway: string) => `gatehouse.${gateway}.commands`,
} as const;

/** Last level of a device topic a device may publish on. */
export const DEVICE_PUBLISHES = ["readings", "readings.pb", "status", "result", "updating"] as const;
/** Last level of a device topic a device may subscribe to. */
export const DEVICE_SUBSCRIBES = ["command", "errors", "update"] as const;

export interface DeviceTopic {
  readonly device: string;
  readonly leaf: string;
}

/** Undefined for anything but `gatehouse/1/{device}/{leaf}`; `state` is no device. */
export function parseDeviceTopic(topic: string): DeviceTopic | undefined {
  const levels = topic.split("/");
  const [root, version, device, leaf] = levels;
  if (levels.length !== 4 || root !== "gatehouse" || version !== "1") return undefined;
  if (device === undefined || leaf === undefined || device === "" || leaf === "") return undefined;
  if (device === "state") return undefined;
  return { device, leaf };
}
