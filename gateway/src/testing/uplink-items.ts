/** What an uplink owes and what it is made with, for tests. */
import { type Clock, composeEvent, type Lane, type SecretRef } from "@gatehouse/protocol";
import type { OutboxItem, UplinkDeps } from "../core/ports.ts";
import { MemoryLog } from "./log.ts";

export const TEST_GATEWAY = "g-1";
const AT = "2026-01-05T08:00:00.000+08:00";

/** An event every platform takes, `e-{seq}`; `filler` makes it longer. */
export function owedItem(seq: number, lane: Lane = "alert", filler = ""): OutboxItem {
  const draft = {
    id: `e-${seq}`,
    source: `gatehouse/${TEST_GATEWAY}`,
    type: "gatehouse.alert.raised",
    subject: "3-302",
    time: AT,
    lane,
    severitynumber: 17,
    recordedtime: AT,
    dataclassification: "internal",
    data: JSON.stringify({ id: "alr_1", 楼: "3号楼302", filler }),
  } as const;
  return { seq, lane, text: composeEvent(draft, seq) };
}

/** `from` to `to`, both included. */
export function owedItems(from: number, to: number, lane?: Lane): OutboxItem[] {
  return Array.from({ length: to - from + 1 }, (_, i) => owedItem(from + i, lane));
}

export interface TestUplinkDeps extends UplinkDeps {
  readonly log: MemoryLog;
}

/** Secrets by the name that stands in their reference. */
export function uplinkDeps(clock: Clock, secrets: Readonly<Record<string, string>> = {}): TestUplinkDeps {
  const secret = (ref: SecretRef) => Buffer.from(secrets["file" in ref ? ref.file : ref.env] ?? "");
  return { clock, log: new MemoryLog(), gateway: TEST_GATEWAY, secret };
}
