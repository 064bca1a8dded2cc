/** Fire: an emergency from the fire input's first word to its last. */
import { fireWord } from "@gatehouse/protocol";
import { clear, isOpen, raise, recordOf } from "../alerts/life.ts";
import { modelOf } from "../state.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

export const fire: ReadingRule = (state, { reading, device, space, atMs, nowMs }) => {
  if (space === undefined) return [];
  const isOwn = reading.kind === "fire.on" || reading.kind === "fire.off";
  const isOn = isOwn ? reading.kind === "fire.on" : fireWord(modelOf(state).config.site.fire, reading)?.on;
  if (isOn === undefined) return [];
  const place = { kind: "fire" as const, space, device: device.id };
  if (!isOn) {
    const event = clear(state, place, nowMs, "the fire input is quiet again");
    return event === undefined ? [] : [event];
  }
  // Panels repeat an alarm every few seconds.
  if (isOpen(recordOf(state, place))) return [];
  const evidence = [fact(device.kind, { says: "the fire input is on", zh: "火警输入已触发" })];
  const finding = { ...place, level: "emergency" as const, sinceMs: atMs, probability: 1, evidence };
  return [raise(state, { ...finding, trigger: triggerOf(reading) }, nowMs)];
};
