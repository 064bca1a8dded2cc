/** How the error of a running count grows without an anchor, and what an anchor in the quiet hour leaves of it. */
import type { DayBalance } from "./door-days.ts";
import { fitTwo, mean, meanSquare, sum, variance } from "./statistics.ts";

/** Sums of `n` days on end, all windows. */
export function windowSums(values: readonly number[], n: number): number[] {
  return values.slice(n - 1).map((_, end) => sum(values.slice(end, end + n)));
}

export interface Growth {
  readonly days: number;
  /** Root mean square of |in - out| after so many days. */
  readonly rms: number;
  readonly fitted: number;
}

export interface DriftFit {
  readonly growth: readonly Growth[];
  /** Mean square after n days = walk² n + bias² n²; persons. */
  readonly walkPerRootDay: number;
  readonly biasPerDay: number;
  /** After so many days the bias is the bigger part. */
  readonly crossoverDays: number;
}

export function fitDrift(values: readonly number[], lengths: readonly number[]): DriftFit {
  const squares = lengths.map((n) => ({ n, square: meanSquare(windowSums(values, n)) }));
  const rows = squares.map(({ n, square }) => ({ x1: n, x2: n * n, y: square, weight: 1 / square ** 2 }));
  const [walk, bias] = fitTwo(rows);
  return {
    growth: squares.map(({ n, square }) => ({
      days: n,
      rms: Math.sqrt(square),
      fitted: Math.sqrt(walk * n + bias * n * n),
    })),
    walkPerRootDay: Math.sqrt(Math.max(0, walk)),
    biasPerDay: Math.sqrt(Math.max(0, bias)),
    crossoverDays: walk / bias,
  };
}

/** 1 when the errors of days have nothing to do with one another; above 1 when they pull the same way. */
export const varianceRatio = (values: readonly number[], n: number): number =>
  variance(windowSums(values, n)) / (n * variance(values));

/**
 * Error at the end of a day under three habits, on the days after the learning days: anchored each night and nothing else; anchored, and the mean share of
 * in too many taken off per passage, learnt per kind of day; the same with shares learnt anew every day from all days before.
 */
export function anchored(days: readonly DayBalance[], learningDays: number) {
  const judged = days.slice(learningDays);
  const left = (known: (index: number) => readonly DayBalance[]) =>
    judged.map((day, index) => day.balance - shareOf(known(index), day.weekend) * day.trips);
  const rms = (errors: readonly number[]) => Math.sqrt(meanSquare(errors));
  const drifted = judged.map((_, index) => sum(judged.slice(0, index + 1).map(({ balance }) => balance)));
  return {
    judgedDays: judged.length,
    never: rms(drifted),
    nightly: rms(judged.map(({ balance }) => balance)),
    learntOnce: rms(left(() => days.slice(0, learningDays))),
    learntDaily: rms(left((index) => days.slice(0, learningDays + index))),
    meanTrips: mean(judged.map(({ trips }) => trips)),
  };
}

function shareOf(days: readonly DayBalance[], weekend: boolean): number {
  const same = days.filter((day) => day.weekend === weekend);
  return sum(same.map(({ balance }) => balance)) / sum(same.map(({ trips }) => trips));
}
