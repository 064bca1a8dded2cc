/** The estimate of a space: the one door through which rules, events, replay and the monitor see what the gateway believes. */
import type { CoreState } from "../state.ts";
import type { Estimate } from "./estimate.ts";

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
    };
  }
  return { ...belief.present, ...(belief.residency ?? UNKNOWN) };
}

/** Before the first night nothing is claimed. */
const UNKNOWN = { residing: 0, low: 0, high: 0, pOver: 0, evidence: [] } as const;
