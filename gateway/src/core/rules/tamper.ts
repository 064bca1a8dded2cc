/** Tamper: a device is being opened or moved. Cleared when it says that it is whole again. */
import { clear, isOpen, raise, recordOf } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

export const tamper: ReadingRule = (state, { reading, device, space, atMs, nowMs }) => {
  if (space === undefined || (reading.kind !== "tamper.on" && reading.kind !== "tamper.off")) return [];
  const place = { kind: "tamper" as const, space, device: device.id };
  if (reading.kind === "tamper.off") {
    const event = clear(state, place, nowMs, "the device is closed again");
    return event === undefined ? [] : [event];
  }
  if (isOpen(recordOf(state, place))) return [];
  const evidence = [fact(device.kind, { says: "the device is being opened or moved", zh: "设备被拆开或移动" })];
  const level = state.model?.spaces.get(space)?.risk ?? "blue";
  const finding = { ...place, level, sinceMs: atMs, probability: 1, evidence };
  return [raise(state, { ...finding, trigger: triggerOf(reading) }, nowMs)];
};
