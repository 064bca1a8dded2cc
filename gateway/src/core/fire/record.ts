/** What a release came to, written into the fire's alerts for whoever reads them. Pure. */
import { type AlertEvent, isStanding, remark } from "../alerts/life.ts";
import { fact } from "../rules/words.ts";
import type { AlertRecord, CoreState } from "../state.ts";

/** How the doors answered. */
export interface EgressRecord {
  readonly what: "released" | "locked";
  /** Ms from the fire, or from its end, to the door's own answer. */
  readonly doors: readonly { readonly door: string; readonly ms: number }[];
  readonly missing: readonly { readonly door: string; readonly why: string }[];
}

/** Doors named in one sentence; the journal has them all. */
const MAX_NAMED = 20;
const SOURCE = "egress";

/** Adds it to the fires that stand, or to the last one. */
export function recordEgress(state: CoreState, record: EgressRecord, nowMs: number): AlertEvent[] {
  const says = record.what === "released" ? released(record) : locked(record);
  return firesOf(state).map((fire) => {
    const evidence = fire.alert.evidence.filter(({ source }) => source !== SOURCE);
    return remark(state, fire, [...evidence, fact(SOURCE, says)], says.says, nowMs);
  });
}

export function recordFireOver(state: CoreState, by: string, note: string | undefined, nowMs: number): AlertEvent[] {
  const says = note === undefined ? "doors may lock again" : `doors may lock again: ${note}`;
  return firesOf(state).map((fire) => remark(state, fire, fire.alert.evidence, says, nowMs, by));
}

function firesOf(state: CoreState): AlertRecord[] {
  const fires = [...state.alerts.values()].filter(({ alert }) => alert.kind === "fire");
  const standing = fires.filter(isStanding);
  if (standing.length > 0) return standing;
  const last = fires.sort((a, b) => b.raisedMs - a.raisedMs || (a.alert.id < b.alert.id ? -1 : 1))[0];
  return last === undefined ? [] : [last];
}

function released({ doors, missing }: EgressRecord) {
  const slowestMs = Math.max(0, ...doors.map(({ ms }) => ms));
  const all = doors.length + missing.length;
  const named = nameSome(missing.map(({ door, why }) => `${door} (${why})`));
  return {
    says: `${doors.length} of ${all} doors released, the slowest after ${slowestMs} ms${missing.length === 0 ? "" : `; not ${named}`}`,
    zh: `${all}个疏散门中已释放${doors.length}个，最慢${slowestMs}毫秒${missing.length === 0 ? "" : `；未释放：${nameSome(missing.map(({ door }) => door))}`}`,
  };
}

function locked({ doors, missing }: EgressRecord) {
  const named = nameSome(missing.map(({ door }) => door));
  return {
    says: `${doors.length} doors locked again${missing.length === 0 ? "" : `; left to close by themselves: ${named}`}`,
    zh: `${doors.length}个疏散门已重新上锁${missing.length === 0 ? "" : `；自行关闭：${named}`}`,
  };
}

function nameSome(names: readonly string[]): string {
  const first = names.slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${first} and ${names.length - MAX_NAMED} more` : first;
}
