/** The estimate of a space: the one door through which rules, events, replay and the monitor see what the gateway believes. */
import type { CoreState } from "../state.ts";
import type { Estimate, Stand } from "./estimate.ts";

const MARGIN = 1;

/** Undefined for a space nothing was ever sensed in, or that is not on the site. */
export function estimateOf(state: CoreState, id: string): Estimate | undefined {
  const space = state.model?.spaces.get(id);
  const belief = state.beliefs.get(id);
  if (space === undefined || belief === undefined) return undefined;
  if (space.limit === undefined) {
    const present = belief.balance;
    return {
      present,
      presentLow: Math.max(0, present - MARGIN),
      presentHigh: present + MARGIN,
      residing: 0,
      low: 0,
      high: 0,
      pOver: 0,
      evidence: [],
      stand: UNJUDGED,
    };
  }
  const { present, presentLow, presentHigh } = belief.present;
  const { residing, low, high, pOver, evidence } = belief.residency ?? UNKNOWN;
  const stand = belief.stand ?? TOO_EARLY;
  return { present, presentLow, presentHigh, residing, low, high, pOver, evidence, stand };
}

/** Its `present` alone. */
export function presentOf(state: CoreState, id: string): number | undefined {
  const space = state.model?.spaces.get(id);
  const belief = state.beliefs.get(id);
  if (space === undefined || belief === undefined) return undefined;
  return space.limit === undefined ? belief.balance : belief.present.present;
}

const UNJUDGED: Stand = { sign: "none", signSince: null, signNights: 0, signNeeded: 0, signOf: 0, abstains: null };
const TOO_EARLY: Stand = {
  ...UNJUDGED,
  abstains: { says: "no night has been judged yet", zh: "尚无已判定的夜晚" },
};

/** Before the first night nothing is claimed. */
const UNKNOWN = { residing: 0, low: 0, high: 0, pOver: 0, evidence: [] } as const;
