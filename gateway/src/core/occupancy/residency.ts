/** Who lives in a space: the model's answer for each number of persons, as a count with its interval and a probability, and why. */
import { type JudgedSpace, mostPersons } from "./assess.ts";
import type { Residency } from "./estimate.ts";
import { evidenceOf } from "./evidence.ts";
import { against } from "./features.ts";
import type { Forest } from "./forest.ts";

/** Judges a space by its features on the morning of a local day. Says why from probability `explainFrom` on, by default always. */
export type ResidencyModel = (space: JudgedSpace, values: Float64Array, day: number, explainFrom?: number) => Residency;

const chance = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));
const DIGITS = 1e4;
/** The interval holds the truth with a chance of 80 %. */
const UNLIKELY = 0.1;

/** The forest answers "do more than so many people reside here?" for any number; asked for the limit it is the probability of being over it. */
export const residencyBy =
  (forest: Forest): ResidencyModel =>
  (space, values, _day, explainFrom = 0) => {
    const limit = space.limit?.persons ?? 0;
    const facts = { limit, registered: space.space.registered };
    const own = against(values, facts, limit);
    const { score, contributions } = forest.explain(own);
    const pOver = chance(score);
    const rounded = Math.round(pOver * DIGITS) / DIGITS;
    const evidence = rounded < explainFrom ? [] : evidenceOf(space, own, contributions, forest.base);
    // More than n can only grow less likely with n; from where it is unlikely on nothing more is asked.
    let [residing, low, high] = [0, 0, 0];
    for (let n = 0, least = 1; n < mostPersons(space) && least > UNLIKELY; n++) {
      least = Math.min(least, n === limit ? pOver : chance(forest.again(against(values, facts, n))));
      if (least > UNLIKELY) high += 1;
      if (least > 0.5) residing += 1;
      if (least > 1 - UNLIKELY) low += 1;
    }
    return { residing, low, high, pOver: rounded, evidence };
  };
