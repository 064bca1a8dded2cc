/** Group rental: the mornings of a space say that more people live there than may; cleared after a row of mornings that say they do not. */
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import type { NightRule } from "./rule.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const RAISE_AT = 0.5;
const CLEAR_AT = 0.25;

export const groupRental: NightRule = (state, spaceId, nowMs): readonly AlertEvent[] => {
  const space = state.model?.spaces.get(spaceId);
  const belief = state.beliefs.get(spaceId);
  const estimate = estimateOf(state, spaceId);
  const limit = space?.limit;
  if (space === undefined || belief === undefined || estimate === undefined || limit === undefined) return [];
  const { over, of, clear: clearMornings } = space.nights;
  const recent = belief.mornings.slice(-of);
  const above = recent.filter((morning) => morning.pOver >= RAISE_AT);
  const subject = { kind: "group-rental" as const, space: spaceId };
  if (isStanding(recordOf(state, subject))) {
    const last = belief.mornings.slice(-clearMornings);
    if (last.length < clearMornings || last.some((morning) => morning.pOver > CLEAR_AT)) return [];
    const event = clear(state, subject, nowMs, `${clearMornings} nights in a row within the limit of ${limit.persons}`);
    return event === undefined ? [] : [event];
  }
  // The latest morning must be one of them: what is over already needs no visit.
  const latest = recent.at(-1);
  if (above.length < over || latest === undefined || latest.pOver < RAISE_AT) return [];
  const since = above[0]?.day;
  const sinceMs = since === undefined ? nowMs - DAY_MS : (state.model?.hourStartMs(since * 24) ?? nowMs) + 3 * HOUR_MS;
  const finding = { ...subject, level: space.risk, sinceMs, trigger: null, estimate, probability: estimate.pOver };
  return [raise(state, { ...finding, evidence: estimate.evidence }, nowMs)];
};
