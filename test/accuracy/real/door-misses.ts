/**
 * What the imbalance says about missed passages. In a day n people come in and the same n go out; each passage is missed with probability missIn or missOut,
 * and phantoms come at the same rate both ways. Then the mean of in minus out is n (missOut - missIn) and its variance
 * n (missIn (1 - missIn) + missOut (1 - missOut) + 2 phantom): only a difference and a sum can be learnt, never the three rates.
 */
import type { DayBalance } from "./door-days.ts";
import { bootstrap, groupBy, type Measured, mean, sum } from "./statistics.ts";

/** The largest variance per trip that independent misses can make: both rates a half. */
export const MOST_INDEPENDENT = 0.5;

export interface MissModel {
  /** (in - out) per trip: missOut - missIn, when all who come in by the door leave by it. */
  readonly difference: Measured;
  /** Variance of the day's balance about difference * trips, per trip. */
  readonly noisePerTrip: Measured;
  /** What of the noise is left for a difference that changes from day to day, as a standard deviation of the difference. */
  readonly differenceDeviation: Measured;
}

const differenceOf = (days: readonly DayBalance[]): number =>
  sum(days.map(({ balance }) => balance)) / sum(days.map(({ trips }) => trips));

const noiseOf = (days: readonly DayBalance[]): number => {
  const difference = differenceOf(days);
  const squares = days.map(({ balance, trips }) => (balance - difference * trips) ** 2);
  return sum(squares) / sum(days.map(({ trips }) => trips));
};

/** Takes off what misses with missIn = 0 make by chance, the least that goes with the difference. */
function deviationOf(days: readonly DayBalance[]): number {
  const difference = differenceOf(days);
  const excess = days.map(({ balance, trips }) => (balance - difference * trips) ** 2 - trips * leastNoise(difference));
  return Math.sqrt(Math.max(0, sum(excess) / sum(days.map(({ trips }) => trips * trips))));
}

/** Noise per trip when the whole difference is misses one way and none the other. */
export const leastNoise = (difference: number): number => Math.abs(difference) * (1 - Math.abs(difference));

export function missModel(days: readonly DayBalance[]): MissModel {
  const weeks = groupBy(days, ({ week }) => week);
  return {
    difference: bootstrap(weeks, differenceOf),
    noisePerTrip: bootstrap(weeks, noiseOf),
    differenceDeviation: bootstrap(weeks, deviationOf),
  };
}

/** For one missIn: the missOut that fits the mean, the noise the two make, and the phantoms it would take to make all of the noise seen. */
export function implied(model: MissModel, missIn: number) {
  const missOut = 1 - (1 - missIn) * (1 - model.difference.value / (1 + model.difference.value / 2));
  const noise = missIn * (1 - missIn) + missOut * (1 - missOut);
  return { missIn, missOut, noise, phantomsPerTrip: Math.max(0, (model.noisePerTrip.value - noise) / 2) };
}

/** Phantoms at the most: all passages counted in the quiet hours, as if nobody walked there. */
export function quietRate(
  days: readonly { entered: readonly number[]; left: readonly number[] }[],
  slots: readonly number[],
) {
  const over = (pick: "entered" | "left") =>
    mean(days.map((day) => sum(slots.map((slot) => day[pick][slot] ?? 0)))) / (slots.length / 2);
  return { enteredPerHour: over("entered"), leftPerHour: over("left") };
}

/** The difference again, by stretches of so many weeks: does it stay what it was? */
export function differenceByWeeks(days: readonly DayBalance[], weeks: number): Measured[] {
  return groupBy(days, ({ week }) => Math.floor(week / weeks)).map((some) =>
    bootstrap(
      groupBy(some, ({ week }) => week),
      differenceOf,
    ),
  );
}

/** Days until a running count is one person wrong, were a room's counter as bad as this door. */
export function daysToOnePerson(model: MissModel, tripsPerDay: number): number {
  const bias = model.difference.value * tripsPerDay;
  const walk = (model.differenceDeviation.value * tripsPerDay) ** 2 + model.difference.value * tripsPerDay;
  return (Math.sqrt(walk * walk + 4 * bias * bias) - walk) / (2 * bias * bias);
}
