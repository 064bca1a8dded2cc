/**
 * Overcrowded now: too many people inside, surely and for long. The lower end of the count must be over the limit for a while of the night, or
 * for most of a day; visitors of an evening are none of it. Where no more than the limit are likely to live, it must be over by more than the
 * counters may have erred. Cleared once the count has been within the limit for a while.
 */
import { propose, settleBudgets, withdraw } from "../alerts/budget.ts";
import { type AlertEvent, clear, isStanding, recordOf } from "../alerts/life.ts";
import { dropMemo, memoOf, setMemo } from "../memos.ts";
import type { SpaceModel } from "../model.ts";
import { names } from "../names.ts";
import { nightAround } from "../night.ts";
import { countDoubt } from "../occupancy/count-doubt.ts";
import type { Estimate } from "../occupancy/estimate.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import { type CoreState, dropTimer, modelOf, setTimer } from "../state.ts";
import type { EstimateRule, Seen, TimerRule } from "./rule.ts";
import { fact, type Words } from "./words.ts";

const NAME = "overcrowded-now";
const MINUTE_MS = 60_000;
/** Readings that come in late come in batches: the leaving may be the next one. */
const GRACE_MS = 60_000;

/** One of the two: over the limit and not yet a finding, or within it and not yet cleared. */
interface Turning {
  readonly to: "over" | "within";
  readonly turnedAtMs: number;
  readonly trigger: Seen["trigger"];
}

const placeOf = (space: string) => ({ kind: NAME, space }) as const;
const timerOf = names(`rule:${NAME}:`);

/** From here on that too many live there is the likelier explanation of a count over the limit. */
const LIKELY = 0.5;

function stands(
  state: CoreState,
  estimate: Estimate,
  { space, overcrowding }: SpaceModel,
  limit: number,
  nowMs: number,
): "over" | "within" | "between" {
  const { present, presentLow, pOver } = estimate;
  if (present <= limit) return "within";
  if (overcrowding.judgedBy === "likely") return "over";
  if (presentLow <= limit) return "between";
  const belief = state.beliefs.get(space.id);
  if (belief === undefined) return "over";
  // A lock says who opens, not how many go in and out behind it.
  const { hours } = belief.diary;
  if (hours.in === undefined && hours.out === undefined && hours.seen === undefined) return "between";
  if (pOver >= LIKELY) return "over";
  return presentLow - limit > countDoubt(belief, modelOf(state).hourOf(nowMs)) ? "over" : "between";
}

export const overcrowdedNow: EstimateRule = (state, spaceId, seen) => {
  const space = state.model?.spaces.get(spaceId);
  const estimate = estimateOf(state, spaceId);
  if (space?.limit === undefined || estimate === undefined) return [];
  const side = stands(state, estimate, space, space.limit.persons, seen.nowMs);
  const standing = isStanding(recordOf(state, placeOf(spaceId)));
  const turning = memoOf<Turning>(state, NAME, spaceId);
  // Where too many are known to live, that they are at home is no second finding.
  if (side === "over" && isStanding(recordOf(state, { kind: "group-rental", space: spaceId }))) {
    withdraw(state, placeOf(spaceId));
    if (!standing) forget(state, spaceId);
    return [];
  }
  // Between the two nothing is sure: what has begun to be over goes on being so, what has begun to clear does not.
  if (side === "between") {
    if (standing && turning !== undefined) forget(state, spaceId);
    return [];
  }
  if (standing === (side === "over")) {
    if (turning !== undefined) forget(state, spaceId);
    if (side === "within") withdraw(state, placeOf(spaceId));
    return [];
  }
  if (turning?.to === side) return [];
  setMemo(state, NAME, spaceId, { to: side, turnedAtMs: seen.atMs, trigger: seen.trigger } satisfies Turning);
  const dueMs = dueOf(state, space, side, seen.atMs);
  if (dueMs <= seen.atMs) return stillOvercrowded(state, spaceId, seen.nowMs, seen.nowMs);
  setTimer(state, timerOf(spaceId), { dueMs: dueMs > seen.nowMs ? dueMs : seen.nowMs + GRACE_MS, calendar: false });
  return [];
};

/** When a turn counts that began at `sinceMs`. */
function dueOf(state: CoreState, space: SpaceModel, side: "over" | "within", sinceMs: number): number {
  const { nightMinutes, dayMinutes, clearMinutes } = space.overcrowding;
  if (side === "within") return sinceMs + clearMinutes * MINUTE_MS;
  const night = nightAround(sinceMs, modelOf(state).zone, space.nightStartMinutes, space.nightEndMinutes);
  const byNightMs = Math.max(sinceMs, night.startMs) + nightMinutes * MINUTE_MS;
  const byDayMs = sinceMs + dayMinutes * MINUTE_MS;
  return byNightMs <= night.endMs ? Math.min(byNightMs, byDayMs) : byDayMs;
}

/** A turn has lasted: raises through the budget, or clears. */
export const stillOvercrowded: TimerRule = (state, spaceId, dueMs, nowMs): AlertEvent[] => {
  const turning = memoOf<Turning>(state, NAME, spaceId);
  const space = state.model?.spaces.get(spaceId);
  const estimate = estimateOf(state, spaceId);
  const limit = space?.limit?.persons;
  forget(state, spaceId);
  if (turning === undefined || space === undefined || estimate === undefined || limit === undefined) return [];
  const side = stands(state, estimate, space, limit, nowMs);
  const minutes = Math.max(0, Math.round((dueMs - turning.turnedAtMs) / MINUTE_MS));
  if (turning.to === "within") {
    if (side !== "within") return [];
    const event = clear(
      state,
      placeOf(spaceId),
      dueMs,
      `${estimate.present} present, limit ${limit}, for ${minutes} min`,
    );
    return event === undefined ? [] : [event];
  }
  if (side !== "over") return [];
  const { presentLow, present, presentHigh } = estimate;
  const words = {
    says: `${present} present (${presentLow} to ${presentHigh}), limit ${limit}, for ${minutes} min`,
    zh: `现有约${present}人在内（${presentLow}至${presentHigh}人），上限${limit}人，已持续${minutes}分钟`,
  };
  const finding = {
    ...placeOf(spaceId),
    level: space.risk,
    sinceMs: turning.turnedAtMs,
    trigger: turning.trigger,
    estimate,
    probability: 1,
    evidence: [
      fact("present", words),
      ...(space.overcrowding.judgedBy === "low" ? [fact("present", why(estimate))] : []),
    ],
  };
  propose(state, finding, nowMs);
  return settleBudgets(state, dueMs);
};

/** What makes the count sure enough. */
function why({ pOver }: Estimate): Words {
  if (pOver < LIKELY)
    return {
      says: "more than wrong counts since the morning can explain",
      zh: "超出部分大于当日清晨以来计数误差所能解释",
    };
  const percent = Math.round(pOver * 100);
  return {
    says: `that more than the limit live here is likely too (${percent} %)`,
    zh: `居住人数超限的可能性也较大（${percent}%）`,
  };
}

function forget(state: CoreState, space: string): void {
  dropMemo(state, NAME, space);
  dropTimer(state, timerOf(space));
}
