/** Custom rules: an operator's conditions over readings, estimates and the calendar, as alerts of kind `custom`. */
import { localDay } from "@gatehouse/protocol";
import { type AlertEvent, clear, type Finding, isStanding, raise, recordOf } from "../../alerts/life.ts";
import { dropMemo, memoOf, setMemo } from "../../memos.ts";
import { type Model, minutesOf, type SpaceModel } from "../../model.ts";
import { estimateOf } from "../../occupancy/estimate-of.ts";
import { type CoreState, dropTimer, modelOf, setTimer } from "../../state.ts";
import { type EstimateRule, type ReadingRule, type Seen, type TimerRule, triggerOf } from "../rule.ts";
import { fact } from "../words.ts";
import { type CompiledRule, sayOf } from "./compile.ts";
import { type Decision, decide, decideLater, type RuleMemory } from "./decide.ts";
import { readingFacts, spaceFacts } from "./facts.ts";
import type { Facts } from "./variables.ts";

const DEFAULT_AT = "06:00";

const timeOf = ({ rule }: CompiledRule): number => minutesOf(rule.at ?? DEFAULT_AT);

/** Local minutes at which some rule is judged. */
export function calendarTimes(model: Model): ReadonlySet<number> {
  return new Set(model.rules.filter(({ rule }) => rule.when === "calendar").map(timeOf));
}

/** Judges the rules of this time of day in every space. */
export function calendarRules(state: CoreState, minutes: number, nowMs: number): AlertEvent[] {
  const due = modelOf(state).rules.filter(
    (compiled) => compiled.rule.when === "calendar" && timeOf(compiled) === minutes,
  );
  const seen = { atMs: nowMs, nowMs, trigger: null };
  return due.flatMap((compiled) =>
    [...modelOf(state).spaces.keys()].flatMap((space) => judge(state, compiled, space, seen, {})),
  );
}

export const customReadingRules: ReadingRule = (state, observed) => {
  const { space, reading, atMs, nowMs } = observed;
  const { rules } = modelOf(state);
  if (rules.length === 0 || space === undefined) return [];
  const seen = { atMs, nowMs, trigger: triggerOf(reading) };
  const more = readingFacts(state, observed);
  return rules.flatMap((compiled) =>
    compiled.rule.when === "reading" ? judge(state, compiled, space, seen, more) : [],
  );
};

const NOTHING: readonly AlertEvent[] = [];

export const customEstimateRules: EstimateRule = (state, space, seen) => {
  const { rules } = modelOf(state);
  if (rules.length === 0) return NOTHING;
  return rules.flatMap((compiled) =>
    compiled.rule.when === "estimate" ? judge(state, compiled, space, seen, {}) : [],
  );
};

const placeOf = (rule: string, space: string) => ({ kind: "custom" as const, space, rule });
const subjectOf = (rule: string, space: string) => `${rule}|${space}`;

function judge(state: CoreState, compiled: CompiledRule, spaceId: string, seen: Seen, more: Facts): AlertEvent[] {
  const { rule } = compiled;
  const space = modelOf(state).spaces.get(spaceId);
  if (space === undefined || rule.spaces?.includes(spaceId) === false) return [];
  if (rule.kinds?.includes(space.space.kind) === false) return [];
  const { holds, ends } = sayOf(compiled, { ...spaceFacts(state, spaceId, space, seen.atMs), ...more });
  const memory = memoOf<RuleMemory>(state, "custom", subjectOf(rule.id, spaceId));
  const standing = isStanding(recordOf(state, placeOf(rule.id, spaceId)));
  if (!holds && !standing && memory === undefined) return [];
  const day = localDay(seen.atMs, modelOf(state).zone);
  const decision = decide(rule, memory, { holds, ends, standing, day, nowMs: seen.nowMs });
  return follow(state, compiled, space, spaceId, decision, seen);
}

/** `RULE|SPACE` */
export const customTimer: TimerRule = (state, subject, dueMs) => {
  const [id = "", spaceId = ""] = subject.split("|");
  const model = modelOf(state);
  const compiled = model.rules.find(({ rule }) => rule.id === id);
  const space = model.spaces.get(spaceId);
  if (compiled === undefined || space === undefined) return [];
  const memory = memoOf<RuleMemory>(state, "custom", subject);
  const standing = isStanding(recordOf(state, placeOf(id, spaceId)));
  const day = localDay(dueMs, model.zone);
  const decision = decideLater(compiled.rule, memory, { standing, day, nowMs: dueMs });
  return follow(state, compiled, space, spaceId, decision, { atMs: dueMs, nowMs: dueMs, trigger: null });
};

function follow(
  state: CoreState,
  { rule }: CompiledRule,
  space: SpaceModel,
  spaceId: string,
  { memory, verdict, wakeMs }: Decision,
  { atMs, nowMs, trigger }: Seen,
): AlertEvent[] {
  const subject = subjectOf(rule.id, spaceId);
  const place = placeOf(rule.id, spaceId);
  if (memory === undefined) dropMemo(state, "custom", subject);
  else setMemo(state, "custom", subject, memory);
  const timer = `rule:custom:${subject}`;
  if (wakeMs === undefined) dropTimer(state, timer);
  else if (wakeMs !== "keep") setTimer(state, timer, { dueMs: wakeMs, calendar: false });
  if (verdict === "clear") {
    const event = clear(state, place, nowMs, "the condition no longer holds");
    return event === undefined ? [] : [event];
  }
  if (verdict === undefined) return [];
  const { days } = rule;
  const counted = memory?.days?.length ?? 0;
  const often = days === undefined ? "" : `, on ${counted} of the last ${days.of} days`;
  const oftenZh = days === undefined ? "" : `，近${days.of}天内有${counted}天如此`;
  const finding: Finding = {
    ...place,
    title: rule.title,
    level: rule.level ?? space.risk,
    sinceMs: memory?.heldAtMs ?? atMs,
    trigger,
    estimate: estimateOf(state, spaceId),
    probability: 1,
    evidence: [
      fact("rule", {
        says: `${rule.title.en} ${rule.title.zh}: ${rule.if}${often}`,
        zh: `${rule.title.zh}：${rule.if}${oftenZh}`,
      }),
    ],
  };
  return [raise(state, finding, nowMs)];
}
