/** What a driver hands in, read as far as it can be. Pure. */
import { parseReading } from "@gatehouse/protocol";
import { Pseudonymized, Unreadable } from "./ports.ts";

export function parseItem(item: unknown): ReturnType<typeof parseReading> {
  if (item instanceof Unreadable) return { ok: false, reason: item.reason };
  return parseReading(item instanceof Pseudonymized ? item.item : item);
}

/** Empty where the item names none. */
export function claimedDevice(item: unknown): string {
  if (item instanceof Unreadable) return item.device;
  const device: unknown = item !== null && typeof item === "object" && "device" in item ? item.device : undefined;
  return typeof device === "string" ? device.slice(0, 64) : "";
}
