/** How many people are in a space this moment: the smoother's forward pass, brought on hour by hour and reading by reading. */
import type { SpaceModel } from "../model.ts";
import { counterIsWell, mostPersons } from "./assess.ts";
import type { Belief, HeadCount, Present } from "./belief.ts";
import { stepHour } from "./smoother.ts";

/** More hours than this are not gone through one by one: a box that slept, or a room that said nothing. */
const MAX_STEPS = 7 * 24;

/** Says who is in at a time within local hour `hour`; `changedHour` is the hour a reading just wrote into. */
export function updatePresent(space: SpaceModel, belief: Belief, hour: number, changedHour: number): void {
  let heads = belief.heads;
  if (heads === undefined || changedHour < heads.hour) heads = belief.anchor ?? firstHeads(space, changedHour);
  const day = Math.floor(hour / 24);
  let { chances } = heads;
  for (let at = Math.max(heads.hour, hour - MAX_STEPS); at < hour; at++) {
    chances = stepHour(chances, belief.diary, at, worksOn(belief, at, day), belief.habits);
  }
  if (heads.hour !== hour || heads !== belief.heads) belief.heads = { hour, chances };
  belief.present = summary(stepHour(chances, belief.diary, hour, worksOn(belief, hour, day), belief.habits));
}

/** As the morning left it; and today's counter is believed while the day is young: it may yet count. */
function worksOn(belief: Belief, hour: number, today: number): boolean {
  const day = Math.floor(hour / 24);
  if (belief.miscounts) return false;
  return counterIsWell(belief.diary, day) || (day === today && counterIsWell(belief.diary, day - 1));
}

/** Nothing is known: anything up to the limit alike, more with less chance. */
function firstHeads(space: SpaceModel, hour: number): HeadCount {
  const limit = space.limit?.persons ?? 4;
  const raw = Array.from({ length: mostPersons(space) + 1 }, (_, n) => (n <= limit ? 1 : 0.7 ** (n - limit)));
  const sum = raw.reduce((total, chance) => total + chance, 0);
  return { hour, chances: raw.map((chance) => chance / sum) };
}

export function summary(chances: ArrayLike<number>): Present {
  const at = (share: number): number => {
    let sum = 0;
    for (let n = 0; n < chances.length; n++) {
      sum += chances[n] ?? 0;
      if (sum >= share) return n;
    }
    return chances.length - 1;
  };
  return { present: at(0.5), presentLow: at(0.1), presentHigh: at(0.9) };
}
