/** Who lives in a space: the model's answer for each number of persons, as a count with its interval and a probability, and why. */
import type { SpaceModel } from "../model.ts";
import { mostPersons } from "./assess.ts";
import type { Residency } from "./estimate.ts";
import { evidenceOf } from "./evidence.ts";
import { against } from "./features.ts";
import type { Forest } from "./forest.ts";

/** Judges a space by its features on the morning of a local day. */
export type ResidencyModel = (space: SpaceModel, values: Float64Array, day: number) => Residency;

const chance = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));
const DIGITS = 1e4;

/** The forest answers "do more than so many people reside here?" for any number; asked for the limit it is the probability of being over it. */
export const residencyBy =
  (forest: Forest): ResidencyModel =>
  (space, values) => {
    const limit = space.limit?.persons ?? 0;
    const facts = { limit, registered: space.space.registered };
    const own = against(values, facts, limit);
    const evidence = evidenceOf(space, own, forest.contributions(own), forest.base);
    const pOver = chance(forest.score(own));
    // More than n can only grow less likely with n.
    let least = 1;
    const above = Array.from({ length: mostPersons(space) }, (_, n) => {
      least = Math.min(least, n === limit ? pOver : chance(forest.score(against(values, facts, n))));
      return least;
    });
    const at = (share: number): number => above.filter((p) => p > share).length;
    return { residing: at(0.5), low: at(0.9), high: at(0.1), pOver: Math.round(pOver * DIGITS) / DIGITS, evidence };
  };
