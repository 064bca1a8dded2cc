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

type Sums = { -readonly [Field in keyof CountSense]: number };

/** Of one local day; nobody where the diary does not reach. */
function countsOfDay({ firstDay, lastDay, hours }: Diary, day: number): CountSense {
  if (day < firstDay || day <= lastDay - DAYS || (hours.in === undefined && hours.out === undefined)) return NOBODY;
  let [entered, left, keyedIn, keyedOut] = [0, 0, 0, 0];
  const from = (day * 24) % HOURS;
  for (let slot = from; slot < from + 24; slot++) {
    const inward = hours.in?.[slot] ?? 0;
    const outward = hours.out?.[slot] ?? 0;
    if (inward + outward === 0) continue;
    const keys = hours.grants?.[slot] ?? 0;
    entered += inward;
    left += outward;
    keyedIn += Math.min(keys, inward);
    keyedOut += Math.min(keys, outward);
  }
  return { entered, left, daysEntered: entered > 0 ? 1 : 0, daysLeft: left > 0 ? 1 : 0, keyedIn, keyedOut };
}

const NOBODY: CountSense = { entered: 0, left: 0, daysEntered: 0, daysLeft: 0, keyedIn: 0, keyedOut: 0 };

function add(sums: Sums, { entered, left, daysEntered, daysLeft, keyedIn, keyedOut }: CountSense, times: 1 | -1): void {
  sums.entered += times * entered;
  sums.left += times * left;
  sums.daysEntered += times * daysEntered;
  sums.daysLeft += times * daysLeft;
  sums.keyedIn += times * keyedIn;
  sums.keyedOut += times * keyedOut;
}

/** Of the seven days up to local day `day`, as far as the diary has them. */
export function countSense(diary: Diary, day: number): CountSense {
  const sums = { ...NOBODY };
  for (let each = day - WEEK + 1; each <= day; each++) add(sums, countsOfDay(diary, each), 1);
  return sums;
}

export function countsOneWay({ entered, left, daysEntered, daysLeft }: CountSense): boolean {
  const [more, less, days] = entered > left ? [entered, left, daysEntered] : [left, entered, daysLeft];
  return days >= ONE_WAY_DAYS && more >= ONE_WAY_LEAST && less * ONE_WAY_RATIO <= more;
}

export const countsBackwards = ({ keyedIn, keyedOut }: CountSense): boolean =>
  keyedOut >= BACKWARDS_LEAST && keyedOut >= BACKWARDS_RATIO * keyedIn;

const isSense = (sums: CountSense): boolean => !countsOneWay(sums) && !countsBackwards(sums);

/** Nothing speaks against the counters in the week up to local day `day`. */
export const countsMakeSense = (diary: Diary, day: number): boolean => isSense(countSense(diary, day));

/** The same of each local day from `fromDay` to `toDay`, one after the other. */
export function daysOfSense(diary: Diary, fromDay: number, toDay: number): boolean[] {
  const sums = { ...NOBODY };
  const days: CountSense[] = [];
  const sense: boolean[] = [];
  for (let day = fromDay - WEEK + 1; day <= toDay; day++) {
    const own = countsOfDay(diary, day);
    add(sums, own, 1);
    if (days.push(own) > WEEK) add(sums, days[days.length - 1 - WEEK] as CountSense, -1);
    if (day >= fromDay) sense.push(isSense(sums));
  }
  return sense;
}
