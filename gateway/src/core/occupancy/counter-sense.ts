/** Whether a space's counters count both ways, and the right way round, as far as its diary shows. Pure. */
import { DAYS, type Diary, HOURS } from "./diary.ts";

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

/** Of the seven days up to local day `day`, as far as the diary has them. */
export function countSense({ hours, firstDay, lastDay }: Diary, day: number): CountSense {
  let [entered, left, daysEntered, daysLeft, keyedIn, keyedOut] = [0, 0, 0, 0, 0, 0];
  for (let each = Math.max(day - WEEK + 1, firstDay, lastDay - DAYS + 1); each <= day; each++) {
    const [before, gone] = [entered, left];
    for (let hour = each * 24; hour < each * 24 + 24; hour++) {
      const slot = hour % HOURS;
      const [inward, outward, keys] = [hours.in?.[slot] ?? 0, hours.out?.[slot] ?? 0, hours.grants?.[slot] ?? 0];
      entered += inward;
      left += outward;
      keyedIn += Math.min(keys, inward);
      keyedOut += Math.min(keys, outward);
    }
    if (entered > before) daysEntered += 1;
    if (left > gone) daysLeft += 1;
  }
  return { entered, left, daysEntered, daysLeft, keyedIn, keyedOut };
}

export function countsOneWay({ entered, left, daysEntered, daysLeft }: CountSense): boolean {
  const [more, less, days] = entered > left ? [entered, left, daysEntered] : [left, entered, daysLeft];
  return days >= ONE_WAY_DAYS && more >= ONE_WAY_LEAST && less * ONE_WAY_RATIO <= more;
}

export const countsBackwards = ({ keyedIn, keyedOut }: CountSense): boolean =>
  keyedOut >= BACKWARDS_LEAST && keyedOut >= BACKWARDS_RATIO * keyedIn;

/** Nothing speaks against the counters in the week up to local day `day`. */
export function countsMakeSense(diary: Diary, day: number): boolean {
  const sense = countSense(diary, day);
  return !countsOneWay(sense) && !countsBackwards(sense);
}
