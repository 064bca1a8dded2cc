/** Group rental: over the limit on K of the last N nights; cleared after a row of nights within it. */
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import type { NightRule } from "./rule.ts";

const DAY_MS = 86_400_000;

export const groupRental: NightRule = (state, spaceId, nowMs): readonly AlertEvent[] => {
  const space = state.model?.spaces.get(spaceId);
  const belief = state.beliefs.get(spaceId);
  const limit = space?.limit;
  if (space === undefined || belief === undefined || limit === undefined) return [];
  const { over, of, clear: clearNights } = space.nights;
  const recent = belief.nights.slice(-of);
  const above = recent.filter((night) => night.persons > limit.persons);
  const subject = { kind: "group-rental" as const, space: spaceId };
  if (isStanding(recordOf(state, subject))) {
    const last = belief.nights.slice(-clearNights);
    if (last.length < clearNights || last.some((night) => night.persons > limit.persons)) return [];
    const event = clear(state, subject, nowMs, `${clearNights} nights in a row within the limit of ${limit.persons}`);
    return event === undefined ? [] : [event];
  }
  // The latest night must be one of them: what is over already needs no visit.
  const latest = recent.at(-1);
  if (above.length < over || latest === undefined || latest.persons <= limit.persons) return [];
  const estimate = estimateOf(state, spaceId);
  if (estimate === undefined) return [];
  const sinceMs = above[0]?.sampleMs ?? nowMs - DAY_MS;
  return [
    raise(
      state,
      {
        ...subject,
        level: space.risk,
        sinceMs,
        trigger: null,
        estimate,
        probability: estimate.pOver,
        evidence: estimate.evidence,
      },
      nowMs,
    ),
  ];
};
