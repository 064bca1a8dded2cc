/** What devices of the gateway's own broker say of themselves: battery, signal, firmware. */
import { DeviceStatus, parseDeviceTopic } from "@gatehouse/protocol";
import type { LocalPublish } from "../core/ports.ts";
import type { DeviceBook } from "./device-book.ts";

const MAX_BYTES = 2_048;

/** What is no status, or none that can be read, is left to the driver. */
export function noteStatus(book: Pick<DeviceBook, "noteStatus">, { topic, payload }: LocalPublish): void {
  const parts = parseDeviceTopic(topic);
  if (parts?.leaf !== "status" || payload.length > MAX_BYTES) return;
  const status = DeviceStatus.safeParse(jsonIn(payload));
  if (status.success) book.noteStatus(parts.device, status.data);
}

function jsonIn(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}
