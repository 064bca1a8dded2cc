/** Panic: somebody pressed the button. Stands until a person closes it; every further press is said again. */
import { raise } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";

export const panic: ReadingRule = (state, { reading, device, space, atMs, nowMs }) => {
  if (reading.kind !== "panic" || space === undefined) return [];
  const evidence = [{ source: device.kind, says: "the panic button was pressed", weight: 0 }];
  const finding = { kind: "panic" as const, space, device: device.id, level: "emergency" as const, sinceMs: atMs };
  return [raise(state, { ...finding, trigger: triggerOf(reading), probability: 1, evidence }, nowMs)];
};
