/** Panic and duress: somebody pressed the button, or opened under threat. Stand until a person closes them; every further press is said again. */
import type { AlertKind, ReadingKind } from "@gatehouse/protocol";
import { raise } from "../alerts/life.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";
import { fact, type Words } from "./words.ts";

const pressed =
  (kind: AlertKind & ReadingKind, words: Words): ReadingRule =>
  (state, { reading, device, space, atMs, nowMs }) => {
    if (reading.kind !== kind || space === undefined) return [];
    const evidence = [fact(device.kind, words)];
    const finding = { kind, space, device: device.id, level: "emergency" as const, sinceMs: atMs };
    return [raise(state, { ...finding, trigger: triggerOf(reading), probability: 1, evidence }, nowMs)];
  };

export const panic = pressed("panic", { says: "the panic button was pressed", zh: "紧急按钮被按下" });
export const duress = pressed("duress", { says: "somebody was forced to open", zh: "有人被胁迫开门" });
