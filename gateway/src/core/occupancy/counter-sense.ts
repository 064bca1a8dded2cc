/** Whether a space's counters count both ways, and the right way round, as far as its diary shows. Pure. */
import { DAYS, type Diary, HOURS, ringsOf } from "./diary.ts";

/** What a week of one diary came to. */
export interface CountSense {
  readonly entered: number;
  readonly left: number;
  /** Days on which somebody was counted in, and out. */
  readonly daysEntered: number;
  readonly daysLeft: number;
  /** Entries with a key in whose hour somebody was counted in, and those in whose hour somebody was counted out. */
  readonly keyedIn: number;
  readonly keyedOut: number;
}

/** Days looked at. */
export const WEEK = 7;
/**
 * Who lives somewhere goes out as often as in. On so many days one way, and never or hardly ever the other, is a counter that is deaf one way: a
 * party that has come and not yet gone is one evening.
 */
const ONE_WAY_DAYS = 3;
const ONE_WAY_LEAST = 5;
const ONE_WAY_RATIO = 10;
/** A key lets in. Of 850 simulated weeks with right counters none had the second figure times as many keyed hours with somebody going out. */
const BACKWARDS_LEAST = 8;
const BACKWARDS_RATIO = 1.5;

type CountsOf = (day: number) => CountSense;

/** Of one local day; nobody where the diary does not reach. */
export function countsOfDay(diary: Diary, day: number): CountSense {
  let [entered, left, keyedIn, keyedOut] = [0, 0, 0, 0];
  if (day >= diary.firstDay && day > diary.lastDay - DAYS) {
    const rings = ringsOf(diary);
    const from = (day * 24) % HOURS;
    for (let slot = from; slot < from + 24; slot++) {
      const inward = rings.in[slot] as number;
      const outward = rings.out[slot] as number;
      if (inward + outward === 0) continue;
      const keys = rings.grants[slot] as number;
      entered += inward;
      left += outward;
      keyedIn += Math.min(keys, inward);
      keyedOut += Math.min(keys, outward);
    }
  }
  return { entered, left, daysEntered: entered > 0 ? 1 : 0, daysLeft: left > 0 ? 1 : 0, keyedIn, keyedOut };
}

/** Of the seven days up to local day `day`, as far as the diary has them. */
export function countSense(
  diary: Diary,
  day: number,
  countsOf: CountsOf = (each) => countsOfDay(diary, each),
): CountSense {
  const sum = { entered: 0, left: 0, daysEntered: 0, daysLeft: 0, keyedIn: 0, keyedOut: 0 };
  for (let each = day - WEEK + 1; each <= day; each++) {
    const counts = countsOf(each);
    sum.entered += counts.entered;
    sum.left += counts.left;
    sum.daysEntered += counts.daysEntered;
    sum.daysLeft += counts.daysLeft;
    sum.keyedIn += counts.keyedIn;
    sum.keyedOut += counts.keyedOut;
  }
  return sum;
}

export function countsOneWay({ entered, left, daysEntered, daysLeft }: CountSense): boolean {
  const [more, less, days] = entered > left ? [entered, left, daysEntered] : [left, entered, daysLeft];
  return days >= ONE_WAY_DAYS && more >= ONE_WAY_LEAST && less * ONE_WAY_RATIO <= more;
}

export const countsBackwards = ({ keyedIn, keyedOut }: CountSense): boolean =>
  keyedOut >= BACKWARDS_LEAST && keyedOut >= BACKWARDS_RATIO * keyedIn;

/** Nothing speaks against the counters in the week up to local day `day`. */
export function countsMakeSense(diary: Diary, day: number, countsOf?: CountsOf): boolean {
  const sense = countSense(diary, day, countsOf);
  return !countsOneWay(sense) && !countsBackwards(sense);
}
