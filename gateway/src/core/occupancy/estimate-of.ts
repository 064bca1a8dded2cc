/** The estimate of a space: the one door through which rules, events, replay and the monitor see what the gateway believes. */
import type { CoreState } from "../state.ts";
import { balanceEstimator } from "./balance.ts";
import type { Estimate } from "./estimator.ts";

/** Undefined for a space nothing was ever sensed in, or that is not on the site. */
export function estimateOf(state: CoreState, id: string): Estimate | undefined {
  const space = state.model?.spaces.get(id);
  const belief = state.beliefs.get(id);
  return space === undefined || belief === undefined ? undefined : balanceEstimator.estimate(belief, space);
}
