/** Payloads of the native MQTT interface to wire items. Pure: what cannot be read comes out as an Unreadable, never as an exception. */
import { isUtf8 } from "node:buffer";
import { decodeReadingBatch } from "@gatehouse/protocol";
import { Unreadable } from "../core/ports.ts";

/** Items of one message at the most. */
export const MAX_ITEMS = 10_000;

/** JSON of a payload, or why it is none. */
export function readJson(payload: Buffer): { readonly value: unknown } | { readonly reason: string } {
  if (!isUtf8(payload)) return { reason: "not UTF-8" };
  try {
    return { value: JSON.parse(payload.toString("utf8")) };
  } catch {
    return { reason: `not JSON: ${payload.length} bytes` };
  }
}

/** One reading or an array of them, as JSON. */
export function itemsOfJson(device: string, payload: Buffer): readonly unknown[] {
  const json = readJson(payload);
  if ("reason" in json) return [new Unreadable(device, json.reason)];
  return itemsOf(device, Array.isArray(json.value) ? json.value : [json.value]);
}

/** A protobuf ReadingBatch. */
export function itemsOfProtobuf(device: string, payload: Buffer): readonly unknown[] {
  try {
    return itemsOf(device, decodeReadingBatch(payload));
  } catch (error) {
    return [new Unreadable(device, error instanceof Error ? error.message : "not a ReadingBatch")];
  }
}

/** `values` are fresh, so the device is written into them. */
function itemsOf(device: string, values: readonly unknown[]): readonly unknown[] {
  if (values.length > MAX_ITEMS) {
    return [new Unreadable(device, `${values.length} readings in one message, at most ${MAX_ITEMS} are taken`)];
  }
  return values.map((value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      return new Unreadable(device, "a reading must be an object");
    }
    const item = value as { device?: unknown };
    if (item.device !== undefined && item.device !== device) {
      return new Unreadable(device, `device: must be ${device}, as in the topic, or absent`);
    }
    item.device = device;
    return item;
  });
}
