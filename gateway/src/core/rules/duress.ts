/** Panic and duress: somebody pressed the button, or opened under threat. Stand until a person closes them; every further press is said again. */
import type { AlertKind, ReadingKind } from "@gatehouse/protocol";
import { raise } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";

const pressed =
  (kind: AlertKind & ReadingKind, says: string): ReadingRule =>
  (state, { reading, device, space, atMs, nowMs }) => {
    if (reading.kind !== kind || space === undefined) return [];
    const evidence = [{ source: device.kind, says, weight: 0 }];
    const finding = { kind, space, device: device.id, level: "emergency" as const, sinceMs: atMs };
    return [raise(state, { ...finding, trigger: triggerOf(reading), probability: 1, evidence }, nowMs)];
  };

export const panic = pressed("panic", "the panic button was pressed");
export const duress = pressed("duress", "somebody was forced to open");
