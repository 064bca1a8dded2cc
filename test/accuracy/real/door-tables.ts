/** The tables of the counted door. */
import type { DayBalance } from "./door-days.ts";
import { anchored, fitDrift } from "./door-drift.ts";
import { daysToOnePerson, differenceByWeeks, implied, type MissModel, MOST_INDEPENDENT } from "./door-misses.ts";
import { eventDays, eventExcess, residuals } from "./door-residuals.ts";
import type { DoorCounts } from "./recordings.ts";
import { between, fixed, percent, type Table } from "./section.ts";
import { deviation, mean, quantile, sum } from "./statistics.ts";

const fixed3 = (value: number) => fixed(value, 3);
/** The first five weeks are learnt from, the other ten judged. */
export const LEARNING_DAYS = 35;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

export const working = (days: readonly DayBalance[]): DayBalance[] => days.filter(({ weekend }) => !weekend);
export const atWeekends = (days: readonly DayBalance[]): DayBalance[] => days.filter(({ weekend }) => weekend);

export function dailyTable(midnight: readonly DayBalance[], quiet: readonly DayBalance[], hour: string): Table {
  const row = (name: string, days: readonly DayBalance[]) => {
    const balance = days.map((day) => day.balance);
    const shares = days.map((day) => day.balance / day.trips);
    return [
      name,
      String(days.length),
      fixed(mean(days.map(({ entered }) => entered)), 1),
      fixed(mean(days.map(({ left }) => left)), 1),
      fixed(mean(balance), 1),
      fixed(deviation(balance), 1),
      QUANTILES.map((p) => fixed(quantile(balance, p), 0)).join(" "),
      percent(sum(balance) / sum(days.map(({ trips }) => trips))),
      QUANTILES.map((p) => fixed(100 * quantile(shares, p), 0)).join(" "),
    ];
  };
  return {
    title: "In and out a day, and in minus out (balance); quantiles are 5 25 50 75 95 %",
    head: ["days", "n", "in", "out", "balance", "sd", "quantiles", "of trips", "share of trips, %"],
    rows: [
      row("working, from midnight", working(midnight)),
      row(`working, from ${hour}`, working(quiet)),
      row(
        `  with an event`,
        working(quiet).filter(({ event }) => event),
      ),
      row(
        `  without`,
        working(quiet).filter(({ event }) => !event),
      ),
      row(`weekend, from ${hour}`, atWeekends(quiet)),
      row(`all, from ${hour}`, quiet),
    ],
    note: "A trip is half of in plus out. Working days are Monday to Friday; one holiday (5 September) is among them.",
  };
}

export function driftTables(quiet: readonly DayBalance[]): Table[] {
  const rows = (name: string, days: readonly DayBalance[], lengths: readonly number[]) => {
    const fit = fitDrift(
      days.map(({ balance }) => balance),
      lengths,
    );
    return fit.growth.map(({ days: n, rms, fitted }) => [name, String(n), fixed(rms, 1), fixed(fitted, 1)]);
  };
  return [
    {
      title: "Error of the running count after n days without an anchor (root mean square over all windows)",
      head: ["days", "n", "seen", "fit: sqrt(a n + b n²)"],
      rows: [...rows("working", working(quiet), [1, 2, 5, 10, 20]), ...rows("all", quiet, [1, 2, 7, 14, 28])],
      note: "Windows of 20 and 28 days overlap: three or four of them are independent.",
    },
  ];
}

export function anchorTable(quiet: readonly DayBalance[]): Table {
  const row = (name: string, days: readonly DayBalance[], learning: number) => {
    const result = anchored(days, learning);
    const show = [result.never, result.nightly, result.learntOnce, result.learntDaily];
    return [
      name,
      String(result.judgedDays),
      ...show.map((rms) => `${fixed(rms, 1)} (${percent(rms / result.meanTrips, 0)})`),
    ];
  };
  return {
    title:
      "Error at the end of the day, root mean square in persons (and of the day's trips); judged after five weeks of learning",
    head: ["days", "judged", "never anchored", "anchored nightly", "+ share learnt once", "+ share learnt daily"],
    rows: [row("working", working(quiet), (LEARNING_DAYS * 5) / 7), row("all", quiet, LEARNING_DAYS)],
  };
}

export function missTable(model: MissModel): Table {
  return {
    title: "Pairs of miss rates that fit the working days equally well",
    head: ["miss in", "miss out", "noise a trip they make", "phantoms a trip each way for the rest"],
    rows: [0, 0.02, 0.05, 0.1, 0.2].map((missIn) => {
      const { missOut, noise, phantomsPerTrip } = implied(model, missIn);
      return [percent(missIn, 0), percent(missOut), fixed(noise, 3), fixed(phantomsPerTrip, 2)];
    }),
    note: `Noise seen: ${between(model.noisePerTrip, fixed)} a trip. Independent misses make at most ${MOST_INDEPENDENT}.`,
  };
}

export function restTables(counts: DoorCounts, cut: number): Table[] {
  const rest = residuals(counts);
  const excess = eventExcess(counts);
  return [
    {
      title: `Half-hour residuals, ${rest.days} working days without an event, 07:00 to 21:00: correlation`,
      head: ["lag, half hours", "in, then out", "in, then in", "out, then out", "net, then net"],
      rows: rest.lags.map((r) => [
        String(r.lag),
        ...[r.inThenOut, r.inThenIn, r.outThenOut, r.net].map((v) => fixed(v)),
      ]),
      note: `Variance over mean: in ${fixed(rest.fanoIn, 1)}, out ${fixed(rest.fanoOut, 1)} (1 for people who come one by one on days all alike).`,
    },
    {
      title: "Working days with and without a known event",
      head: ["event", "days", "trips", "balance", "sd", "standard error", "balance a trip", "noise a trip"],
      rows: eventDays(counts, cut).map((r) => [
        r.event ? "yes" : "no",
        String(r.days),
        fixed(r.trips, 0),
        fixed(r.balance, 1),
        fixed(r.deviation, 1),
        fixed(r.deviation / Math.sqrt(r.days), 1),
        percent(r.difference),
        fixed(r.noisePerTrip),
      ]),
      note: `From 1 h before to 2 h after, ${excess.events} events add ${fixed(excess.entered, 0)} in and ${fixed(excess.left, 0)} out on the mean (correlation ${fixed(excess.correlation)}); sd of what stays: ${fixed(excess.netDeviation, 1)}.`,
    },
  ];
}

/** The miss model on other days, in other weeks, and carried over to a room. */
export function modelTables(work: readonly DayBalance[], model: MissModel, weekend: MissModel): Table[] {
  return [
    {
      title: "The same model at weekends",
      head: ["what", "working days", "weekends"],
      rows: [
        ["in - out a trip", between(model.difference, fixed3), between(weekend.difference, fixed)],
        ["noise a trip", between(model.noisePerTrip, fixed), between(weekend.noisePerTrip, fixed)],
        [
          "sd of the day's difference",
          between(model.differenceDeviation, fixed3),
          between(weekend.differenceDeviation, fixed),
        ],
      ],
      note: "No miss rate turns the sign about: at weekends people leave by this door who came in by another.",
    },
    {
      title: "In minus out a trip on working days, by stretches of five weeks",
      head: ["weeks", "difference"],
      rows: differenceByWeeks(work, 5).map((some, i) => [`${5 * i + 1} to ${5 * i + 5}`, between(some, fixed3)]),
      note: "Five weeks are few to draw from: these intervals are too narrow rather than too wide.",
    },
    {
      title: "Days until a room's running count is one person wrong, were its counter as bad as this door",
      head: ["trips a day", "days"],
      rows: [2, 4, 8, 16].map((trips) => [String(trips), fixed(daysToOnePerson(model, trips), 1)]),
      note: "Bias, day-to-day spread of the bias, and one-sided misses together; root mean square error of one person.",
    },
  ];
}
