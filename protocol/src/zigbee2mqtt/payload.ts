/** A state payload of Zigbee2MQTT, reduced to what is read. PINs and all else that is not asked for never leave this file. */
import type { DeviceMapping } from "../points/mapping.ts";
import { type Picked, scalar } from "../points/picked.ts";

/** Read of locks beside the points. */
const LOCK_KEYS = ["action", "action_user", "action_source_name", "last_unlock_user", "last_unlock_source"] as const;

export const MAX_PAYLOAD_BYTES = 64 * 1024;

/** Undefined for what is no JSON object or is longer than any device has reason to send. */
export function pickState(payload: string, mapping: DeviceMapping): Picked | undefined {
  if (payload.length > MAX_PAYLOAD_BYTES) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (json === null || typeof json !== "object" || Array.isArray(json)) return undefined;
  const fields = json as Readonly<Record<string, unknown>>;
  const picked = new Map<string, string>();
  const keys = mapping.points.map(({ property }) => property);
  for (const key of mapping.lockActions ? [...keys, ...LOCK_KEYS] : keys) {
    const value = Object.hasOwn(fields, key) ? scalar(fields[key]) : undefined;
    if (value !== undefined) picked.set(key, value);
  }
  return picked;
}
