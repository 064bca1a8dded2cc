/** How far the head count of the moment may be off because of what was counted since the morning it rests on. Pure. */
import type { Belief } from "./belief.ts";
import { sumAt } from "./diary.ts";

/** Variance in persons that a passage adds: missed, counted twice, taken the wrong way, or by a counter that errs in bursts. */
const PER_PASSAGE = 0.1;
/** Standard deviations: one night in twenty is worse. */
const DEVIATIONS = 1.6;
/** One person more or less is always thinkable. */
const LEAST = 1;
const MAX_HOURS = 48;

/** In persons, at local hour `hour`. */
export function countDoubt({ anchor, diary }: Belief, hour: number): number {
  let passages = 0;
  for (let at = Math.max(anchor?.hour ?? 0, diary.firstDay * 24, hour - MAX_HOURS); at <= hour; at++)
    passages += sumAt(diary, "in", at) + sumAt(diary, "out", at);
  return Math.max(LEAST, DEVIATIONS * Math.sqrt(PER_PASSAGE * passages));
}
