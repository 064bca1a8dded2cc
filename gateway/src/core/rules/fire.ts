/** Fire: an emergency from the fire input's first word to its last. */
import { clear, isOpen, raise, recordOf } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

export const fire: ReadingRule = (state, { reading, device, space, atMs, nowMs }) => {
  if (space === undefined || (reading.kind !== "fire.on" && reading.kind !== "fire.off")) return [];
  const place = { kind: "fire" as const, space, device: device.id };
  if (reading.kind === "fire.off") {
    const event = clear(state, place, nowMs, "the fire input is quiet again");
    return event === undefined ? [] : [event];
  }
  // Panels repeat an alarm every few seconds.
  if (isOpen(recordOf(state, place))) return [];
  const evidence = [fact(device.kind, { says: "the fire input is on", zh: "火警输入已触发" })];
  const finding = { ...place, level: "emergency" as const, sinceMs: atMs, probability: 1, evidence };
  return [raise(state, { ...finding, trigger: triggerOf(reading) }, nowMs)];
};
