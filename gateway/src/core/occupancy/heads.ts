/** How many people are in a space this moment: the smoother's forward pass, brought on hour by hour and reading by reading. */
import type { SpaceModel } from "../model.ts";
import { counterIsWell, mostPersons } from "./assess.ts";
import type { Belief, HeadCount, Present } from "./belief.ts";
import type { Chain } from "./chain.ts";
import { goOn, writeChances } from "./smoother.ts";

/** More hours than this are not gone through one by one: a box that slept, or a room that said nothing. */
const MAX_STEPS = 7 * 24;

/** Says who is in at a time within local hour `hour`; `changedHour` is the hour a reading just wrote into. */
export function updatePresent(space: SpaceModel, belief: Belief, hour: number, changedHour: number): void {
  let heads = belief.heads;
  if (heads === undefined || changedHour < heads.hour) heads = belief.anchor ?? firstHeads(space, changedHour);
  const today = Math.floor(hour / 24);
  const fromHour = Math.min(hour, Math.max(heads.hour, hour - MAX_STEPS));
  const worksOn = (day: number): boolean => counterWorksNow(belief, day, today);
  const chain = goOn(heads.chances, belief.diary, fromHour, hour, worksOn, belief.habits);
  if (heads.hour !== hour || heads !== belief.heads) keepHeads(belief, hour, chain, hour - fromHour);
  belief.present = summary(chain, chain.hours);
}

function keepHeads(belief: Belief, hour: number, chain: Chain, row: number): void {
  // Readings come by the thousand: where there is room it is written over.
  const own = belief.heads?.chances.length === chain.size ? belief.heads : undefined;
  belief.heads = own ?? { hour, chances: new Float64Array(chain.size) };
  belief.heads.hour = hour;
  writeChances(chain, row, belief.heads.chances);
}

/** As the morning left it; and today's counter is believed while the day is young: it may yet count. */
const counterWorksNow = ({ miscounts, diary }: Belief, day: number, today: number): boolean =>
  !miscounts && (counterIsWell(diary, day) || (day === today && counterIsWell(diary, day - 1)));

/** Nothing is known: anything up to the limit alike, more with less chance. */
function firstHeads(space: SpaceModel, hour: number): HeadCount {
  const limit = space.limit?.persons ?? 4;
  const raw = Array.from({ length: mostPersons(space) + 1 }, (_, n) => (n <= limit ? 1 : 0.7 ** (n - limit)));
  const sum = raw.reduce((total, chance) => total + chance, 0);
  return { hour, chances: Float64Array.from(raw, (chance) => chance / sum) };
}

/** The middle of the chances of a row, and where 80 % of them lie. */
function summary({ size, rows, lows, highs }: Chain, row: number): Present {
  const least = [size - 1, size - 1, size - 1];
  let [sum, found] = [0, 0];
  for (let n = lows[row] as number, high = highs[row] as number; n <= high && found < SHARES.length; n++) {
    sum += rows[row * size + n] as number;
    while (found < SHARES.length && sum >= (SHARES[found] as number)) least[found++] = n;
  }
  const [presentLow = 0, present = 0, presentHigh = 0] = least;
  return { present, presentLow, presentHigh };
}

const SHARES = [0.1, 0.5, 0.9] as const;
