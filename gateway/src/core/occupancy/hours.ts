/** What one hour's devices say of the people in a space: passages counted and missed, presence, the leaning towards fewer or the usual. */
import { hasRing, type Rings } from "./diary.ts";

/** Errors of the devices at a door, as rates. Where the figures come from stands in docs/estimation.md. */
export const RATES = {
  /** Passages nobody saw: per hour, per counted passage, and per door opening that no count explains. */
  quiet: 0.0005,
  perCount: 0.03,
  perOpening: 0.02,
  exitUncounted: 0.12,
  /** A grant and an opening without a count: the share that was an entry all the same. */
  grantUncounted: 0.6,
  /** The same for a door with a lock only, whose grants and openings stand in for a counter. */
  lockOnly: 0.2,
  /** Chance of an hour's "nobody" from a presence sensor while somebody is in, and of "somebody" while nobody is. */
  falseAbsence: 0.3,
  falsePresence: 0.3,
  /** Chance that a sensor sees more people than there are. */
  overSeen: 0.3,
  /** Log-odds per person and hour towards fewer people, by day (9 to 17 h) and else: of two histories that explain the counts, the one with fewer. */
  thriftByDay: 0.12,
  thriftElse: 0.01,
  /** How much an hour of the day is taken to be like the same hour of other days (0: not at all). */
  habit: 0.2,
  /** … and what is never ruled out: days added to each number of people. */
  habitFloor: 0.02,
} as const;

export type Rates = { readonly [K in keyof typeof RATES]: number };

/** Passages of one hour, as the devices have them; where a counter cannot be believed, grants and openings stand in for it. */
export interface Traffic {
  readonly in: number;
  readonly out: number;
  /** Expected passages that were not counted. */
  readonly missedIn: number;
  readonly missedOut: number;
}

/** Missed passages considered, each way, in one hour. */
export const MISSED = 4;
export const WIDTH = 2 * MISSED + 1;
/** What is less likely than this is not followed. */
export const TINY = 1e-7;
/** What would leave the range stays at its edge, at a price: a count that cannot be. */
export const AT_EDGE = 0.02;

/** At `slot` of the rings, `hour % HOURS`: nothing passed, opened or was granted. */
export const isStill = (rings: Rings, slot: number): boolean =>
  ((rings.in[slot] as number) |
    (rings.out[slot] as number) |
    (rings.grants[slot] as number) |
    (rings.opens[slot] as number)) ===
  0;

/** The counters' word counts there, not that of grants and openings. */
export function isCounted(rings: Rings, slot: number, counterWorks: boolean): boolean {
  const passed = (rings.in[slot] as number) + (rings.out[slot] as number);
  const chatters = hasRing(rings.opens) && passed > CHATTER_RATIO * (rings.opens[slot] as number) + CHATTER_MIN;
  return counterWorks && !chatters;
}

/** Persons who came in: as counted, else one for each grant. */
export const enteredAt = (rings: Rings, slot: number, counted: boolean): number =>
  (counted ? rings.in[slot] : rings.grants[slot]) as number;

/** Persons who went out: as counted, else one for each opening that nobody was granted. */
export const leftAt = (rings: Rings, slot: number, counted: boolean): number =>
  counted ? (rings.out[slot] as number) : Math.max(0, (rings.opens[slot] as number) - (rings.grants[slot] as number));

/** At `slot` of the rings: `hour % HOURS`. */
export function trafficOf(rings: Rings, slot: number, counterWorks: boolean, rates: Rates = RATES): Traffic {
  const opens = rings.opens[slot] as number;
  const grants = rings.grants[slot] as number;
  const counted = isCounted(rings, slot, counterWorks);
  const entered = enteredAt(rings, slot, counted);
  const exited = leftAt(rings, slot, counted);
  if (!counted) {
    const rate = rates.quiet + rates.lockOnly * (entered + exited);
    return { in: entered, out: exited, missedIn: rate, missedOut: rate };
  }
  const uncounted = Math.max(0, opens - entered - exited);
  const granted = Math.min(uncounted, Math.max(0, grants - entered));
  const rest = uncounted - granted;
  return {
    in: entered,
    out: exited,
    missedIn: rates.quiet + rates.perCount * entered + rates.grantUncounted * granted + rates.perOpening * rest,
    missedOut: rates.quiet + rates.perCount * exited + rates.exitUncounted * rest,
  };
}

/** More counts than a door that opened so often can let through in an hour: people pass two and three at a time, not ten. */
const CHATTER_RATIO = 2.5;
const CHATTER_MIN = 4;

/** True for an hour in which nothing passed and nothing hints that something did. */
export const isQuiet = (traffic: Traffic, rates: Rates): boolean =>
  traffic.missedIn === rates.quiet && traffic.missedOut === rates.quiet;

/** Chances that the truth differs from the counted net by -MISSED … +MISSED, from `at` on in `kernels`. */
export function writeKernel(missedIn: number, missedOut: number, kernels: Float64Array, at: number): void {
  kernels.fill(0, at, at + WIDTH);
  for (let i = 0, up = Math.exp(-missedIn); i <= MISSED; i++, up *= missedIn / i) {
    for (let j = 0, down = Math.exp(-missedOut); j <= MISSED; j++, down *= missedOut / j) {
      const slot = at + i - j + MISSED;
      kernels[slot] = (kernels[slot] as number) + up * down;
      if (down * up < TINY) break;
    }
  }
}

/** True where no device says anything of the people inside beyond what passed: the leaning alone counts. */
export function isUnseen(rings: Rings, slot: number, moved: boolean): boolean {
  // As they stand, gauges are one more than they say.
  if ((rings.seen[slot] as number) > 1) return false;
  const on = rings.on[slot] as number;
  return moved || (on !== 1 && on <= ON_MINUTES);
}

/** What presence sensors say of the hour, times the `leanings` of 0, 1, … people from `leansAt` on. */
export function writeWeights(
  rings: Rings,
  slot: number,
  moved: boolean,
  rates: Rates,
  leanings: Float64Array,
  leansAt: number,
  weights: Float64Array,
  at: number,
  size: number,
): void {
  const on = (rings.on[slot] as number) - 1;
  const seen = (rings.seen[slot] as number) - 1;
  const ofNobody = on >= ON_MINUTES && !moved ? rates.falsePresence : 1;
  const ofSomebody = on === 0 && !moved ? rates.falseAbsence : 1;
  for (let n = 0; n < size; n++) {
    const leaning = leanings[leansAt + n] as number;
    weights[at + n] = leaning * (n === 0 ? ofNobody : ofSomebody) * (seen > n ? rates.overSeen : 1);
  }
}

/** The leaning towards fewer people: a row of 0, 1, … people for the day, one for all other hours. */
export function thriftRows(rates: Rates, size: number): Float64Array {
  const known = rates === RATES ? thrifts[size] : undefined;
  if (known !== undefined) return known;
  const rows = new Float64Array(2 * size);
  for (const [row, rate] of [rates.thriftByDay, rates.thriftElse].entries()) {
    const fewer = Math.exp(-rate);
    for (let n = 0, thrift = 1; n < size; n++, thrift *= fewer) rows[row * size + n] = thrift;
  }
  if (rates === RATES) thrifts[size] = rows;
  return rows;
}

/** By size. */
const thrifts: Float64Array[] = [];

/** The row of {@link thriftRows} that is the hour's. */
export function thriftRowOf(hour: number): number {
  const ofDay = hour % 24;
  return ofDay >= DAY_HOURS[0] && ofDay < DAY_HOURS[1] ? 0 : 1;
}

const DAY_HOURS = [9, 17] as const;
/** Minutes of presence in an hour that say somebody is in. */
const ON_MINUTES = 20;
