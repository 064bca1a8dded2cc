/** Door forced: the door's own device says it was opened without a grant. Cleared when the door is closed. */
import { clear, raise } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

export const doorForced: ReadingRule = (state, { reading, device, space, portal, atMs, nowMs }) => {
  if (space === undefined || (reading.kind !== "door.forced" && reading.kind !== "door.closed")) return [];
  const subject = { kind: "door-forced" as const, space, portal };
  if (reading.kind === "door.closed") {
    const event = clear(state, subject, nowMs, "the door is closed again");
    return event === undefined ? [] : [event];
  }
  const evidence = [fact(device.kind, { says: "the door was opened by force", zh: "门被强行打开" })];
  const level = state.model?.spaces.get(space)?.risk ?? "blue";
  return [
    raise(state, { ...subject, level, sinceMs: atMs, trigger: triggerOf(reading), probability: 1, evidence }, nowMs),
  ];
};
