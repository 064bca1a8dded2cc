/**
 * Group rental: on K of the last N mornings it was likely that more people live in a space than may, this morning among them. Cleared after a row
 * of mornings on which it was not. Late readings change past mornings, so it is judged again when they come. Before it is an alert it is a first
 * sign, which stands in the estimate alone.
 */
import { formatTime, type Limit, localDay } from "@gatehouse/protocol";
import { propose, waitingFor, withdraw } from "../alerts/budget.ts";
import { type AlertEvent, clear, isOpen, isStanding, recordOf } from "../alerts/life.ts";
import { RAISE_AT } from "../model.ts";
import { morningsAfter } from "../night.ts";
import type { Belief, Morning } from "../occupancy/belief.ts";
import type { Stand } from "../occupancy/estimate.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import { thinEvidence } from "../occupancy/thin-evidence.ts";
import { type CoreState, modelOf } from "../state.ts";
import { isProving, lastTrusted } from "./proving.ts";
import type { NightRule } from "./rule.ts";

/** Where the policy does not say, as RAISE_AT. */
const CLEAR_AT = 0.3;
const NIGHT_HOUR = 3;

export const groupRental: NightRule = (state, spaceId, nowMs): readonly AlertEvent[] => {
  const events = judge(state, spaceId, nowMs);
  const belief = state.beliefs.get(spaceId);
  if (belief !== undefined) belief.stand = standOf(state, spaceId, belief, nowMs);
  return events;
};

/** How far the finding has come, once this morning has been judged. */
function standOf(state: CoreState, spaceId: string, belief: Belief, nowMs: number): Stand | undefined {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const limit = space?.limit;
  if (limit === undefined || space === undefined || belief.residency === undefined) return undefined;
  const { over, of, raiseAt = RAISE_AT, clearAt = CLEAR_AT } = space.nights;
  const today = localDay(nowMs, model.zone);
  const likely = morningsAfter(belief.mornings, today - of).filter((morning) => isOver(morning, limit, raiseAt));
  const record = recordOf(state, { kind: "group-rental", space: spaceId });
  const standing = isOpen(record);
  const confirmed = standing || waitingFor(state, spaceId).includes("group-rental");
  const [first] = likely;
  const since = first === undefined ? null : formatTime(model.hourStartMs(first.day * 24 + NIGHT_HOUR), model.zone);
  return {
    sign: confirmed ? "confirmed" : first === undefined ? "none" : "first",
    signSince: standing ? (record?.alert.since ?? since) : since,
    signNights: likely.length,
    signNeeded: over,
    signOf: of,
    abstains: confirmed ? null : thinEvidence(space, belief, today, { raiseAt, clearAt }),
  };
}

/** Who is over one limit is over every lower one; of a higher one it says nothing. */
const isOver = ({ pOver, limit }: Morning, { persons }: Limit, raiseAt: number): boolean =>
  pOver >= raiseAt && (limit ?? persons) >= persons;

/** Who keeps to one limit keeps to every higher one. */
const isWithin = ({ pOver, limit }: Morning, { persons }: Limit, clearAt: number): boolean =>
  pOver <= clearAt && (limit ?? persons) <= persons;

function judge(state: CoreState, spaceId: string, nowMs: number): readonly AlertEvent[] {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const belief = state.beliefs.get(spaceId);
  const estimate = estimateOf(state, spaceId);
  const limit = space?.limit;
  if (space === undefined || belief === undefined || estimate === undefined || limit === undefined) return [];
  const { over, of, clear: clearMornings, raiseAt = RAISE_AT, clearAt = CLEAR_AT } = space.nights;
  const place = { kind: "group-rental", space: spaceId } as const;
  const record = recordOf(state, place);
  if (isStanding(record)) {
    const needed = isProving(record) ? space.verificationNights : clearMornings;
    const last = belief.mornings.slice(-needed);
    const within = last.length === needed && last.every((morning) => isWithin(morning, limit, clearAt));
    const proof = `${needed} mornings in a row likely within the limit of ${limit.persons}`;
    const event = within ? clear(state, place, nowMs, proof) : undefined;
    if (event !== undefined) return [event];
    if (isOpen(record)) return [];
  }
  const today = localDay(nowMs, model.zone);
  const from = Math.max(today - of, lastTrusted(state, record));
  const recent = morningsAfter(belief.mornings, from);
  const above = recent.filter((morning) => isOver(morning, limit, raiseAt));
  const latest = recent.at(-1);
  const [first] = above;
  if (first === undefined || above.length < over || latest === undefined || !isOver(latest, limit, raiseAt)) {
    withdraw(state, place);
    return [];
  }
  propose(
    state,
    {
      ...place,
      level: space.risk,
      sinceMs: Math.min(nowMs, model.hourStartMs(first.day * 24 + NIGHT_HOUR)),
      trigger: null,
      estimate,
      probability: estimate.pOver,
      evidence: estimate.evidence,
    },
    nowMs,
  );
  return [];
}
