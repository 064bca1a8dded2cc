/** What follows from the answers of a custom rule's expressions: pure, shared by the core and by the tests in a rule file. */
import { type CustomRule, spanMs } from "@gatehouse/protocol";

/** Of one rule in one space. */
export interface RuleMemory {
  /** The condition has held since; only while the rule waits for `for`. */
  readonly heldAtMs?: number;
  /** Local days on which the condition was true, for `days`. */
  readonly days?: readonly number[];
}

export interface Judged {
  readonly holds: boolean;
  /** Undefined for a rule without `clear`. */
  readonly ends: boolean | undefined;
  readonly standing: boolean;
  readonly day: number;
  readonly nowMs: number;
}

export interface Decision {
  /** Undefined: nothing to remember. */
  readonly memory: RuleMemory | undefined;
  readonly verdict?: "raise" | "clear";
  /** Ask {@link decideLater} then; undefined: not at all, `"keep"`: as it was. */
  readonly wakeMs?: number | "keep";
}

/** A fact told by readings is over when it was not told again for so long. */
const FADES_MS = 86_400_000;

const pack = (heldAtMs: number | undefined, days: readonly number[]): RuleMemory | undefined =>
  heldAtMs === undefined && days.length === 0
    ? undefined
    : { ...(heldAtMs === undefined ? {} : { heldAtMs }), ...(days.length === 0 ? {} : { days }) };

function daysOf(rule: CustomRule, memory: RuleMemory | undefined, day: number, today: boolean): readonly number[] {
  if (rule.days === undefined) return [];
  const { of } = rule.days;
  const kept = (memory?.days ?? []).filter((known) => known > day - of && known !== day);
  return today || memory?.days?.includes(day) === true ? [...kept, day].sort((a, b) => a - b) : kept;
}

/** The rule was judged now. */
export function decide(rule: CustomRule, memory: RuleMemory | undefined, judged: Judged): Decision {
  const { holds, ends, standing, day, nowMs } = judged;
  const days = daysOf(rule, memory, day, holds);
  const enough = rule.days === undefined ? holds : days.length >= rule.days.over;
  const told = rule.when === "reading";
  if (standing) {
    const over = ends ?? (!told && !enough);
    if (over && !(told && holds)) return { memory: pack(undefined, days), verdict: "clear" };
    const fades = told && ends === undefined;
    return { memory: pack(undefined, days), wakeMs: fades && holds ? nowMs + FADES_MS : "keep" };
  }
  if (!holds || !enough) return { memory: pack(undefined, days) };
  const waitMs = rule.for === undefined || told ? 0 : spanMs(rule.for);
  const heldAtMs = memory?.heldAtMs ?? nowMs;
  if (nowMs - heldAtMs < waitMs) return { memory: pack(heldAtMs, days), wakeMs: heldAtMs + waitMs };
  return {
    memory: pack(undefined, days),
    verdict: "raise",
    ...(told && ends === undefined ? { wakeMs: nowMs + FADES_MS } : {}),
  };
}

/** The moment `wakeMs` of an earlier decision has come, and nothing was decided since. */
export function decideLater(
  rule: CustomRule,
  memory: RuleMemory | undefined,
  { standing, day, nowMs }: Pick<Judged, "standing" | "day" | "nowMs">,
): Decision {
  const days = daysOf(rule, memory, day, false);
  if (standing) {
    const still = rule.days !== undefined && days.length >= rule.days.over;
    return still
      ? { memory: pack(undefined, days), wakeMs: nowMs + FADES_MS }
      : { memory: pack(undefined, days), verdict: "clear" };
  }
  if (memory?.heldAtMs === undefined) return { memory: pack(undefined, days) };
  return { memory: pack(undefined, days), verdict: "raise" };
}
