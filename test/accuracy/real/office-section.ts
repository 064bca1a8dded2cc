/** The office with true presence: its tables and the figures for on and off, hold times and gaps. */
import {
  afterGap,
  changesPerDay,
  dwellQuantiles,
  dwellsOf,
  gapsBetween,
  holdOnPresence,
  lostMessages,
} from "./office-presence.ts";
import { readOffice } from "./recordings.ts";
import { between, figuresFrom, fixed, percent, type Section } from "./section.ts";
import { quantile } from "./statistics.ts";

const f = figuresFrom("UCI Occupancy Detection");
const NEVER = Number.POSITIVE_INFINITY;

export function officeSection(folder: string): Section {
  const office = readOffice(folder);
  const dwells = dwellsOf(office);
  const day = changesPerDay(office);
  const [present, absent] = [dwellQuantiles(dwells, true), dwellQuantiles(dwells, false)];
  const stale = (minutes: number, was: boolean) => afterGap(office, minutes, was);
  const hold = (minutes: number) => holdOnPresence(dwells, minutes);
  const probability = "probability";
  return {
    name: "office",
    title: `On and off (UCI Occupancy Detection): one office, ${day.fullDays} whole days, ${day.workingDays} of them with somebody in`,
    tables: [
      {
        title: "Changes of state on days with somebody in, and how long a state lasts (complete ones only), min",
        head: ["what", "n", "5 %", "25 %", "50 %", "75 %", "95 %"],
        rows: [
          [
            "changes a day",
            String(day.changes.length),
            ...[0.05, 0.25, 0.5, 0.75, 0.95].map((p) => fixed(quantile(day.changes, p), 1)),
          ],
          ["presence", String(present.count), ...present.quantiles.map((q) => fixed(q, 0))],
          ["absence", String(absent.count), ...absent.quantiles.map((q) => fixed(q, 0))],
        ],
        note: `Occupied ${percent(day.occupiedShare)} of such a day. The presence comes from photographs: it is the truth, not a sensor.`,
      },
      {
        title: "What a hold does to true presence",
        head: ["hold, min", "absences never seen", "changes left", "absent time called present"],
        rows: [1, 2, 5, 10, 15, 30, 60].map((minutes) => {
          const { hiddenShare, changesLeft, wrongShareOfAbsence } = hold(minutes);
          return [String(minutes), percent(hiddenShare, 0), percent(changesLeft, 0), percent(wrongShareOfAbsence)];
        }),
      },
      {
        title: "How an old state goes stale: P(somebody is in now | state so long ago)",
        head: ["minutes ago", "somebody was in", "nobody was in"],
        rows: [1, 5, 10, 30, 60, 120, 240, 480].map((minutes) => [
          String(minutes),
          between(stale(minutes, true), fixed),
          between(stale(minutes, false), fixed),
        ]),
        note: "95 % interval, days drawn whole. Nights and weekends are in it: the base rate is that of an office.",
      },
      {
        title:
          "A sensor that speaks at changes only and loses messages: share of time its last state is wrong (simulated on the true presence)",
        head: ["lost", "never repeats", "repeats hourly", "every 10 min"],
        rows: [0.01, 0.05, 0.2].map((loss) => [
          percent(loss, 0),
          ...[NEVER, 60, 10].map((repeat) => percent(lostMessages(office, loss, repeat), 2)),
        ]),
      },
      {
        title: "Holes in the recording",
        head: ["hours", "before", "after"],
        rows: gapsBetween(office).map(({ hours, before, after }) => [
          fixed(hours, 1),
          before ? "in" : "nobody",
          after ? "in" : "nobody",
        ]),
        note: "Between its three files only: within a file no minute is missing.",
      },
    ],
    figures: [
      f("presence.changes", quantile(day.changes, 0.5), "per occupied day", "median number of changes of state"),
      f("presence.stay", present.quantiles[2] ?? 0, "min", "median length of a presence"),
      f("presence.absence", absent.quantiles[2] ?? 0, "min", "median length of an absence that ends"),
      f("presence.hold.5min.hidden", hold(5).hiddenShare, "of absences", "never seen with a hold of 5 minutes"),
      f("presence.hold.10min.hidden", hold(10).hiddenShare, "of absences", "never seen with a hold of 10 minutes"),
      f(
        "presence.hold.10min.wrong",
        hold(10).wrongShareOfAbsence,
        "of absent time",
        "called present with a hold of 10 minutes",
      ),
      f("presence.stale.10min", stale(10, true), probability, "still somebody in after a gap of 10 minutes"),
      f("presence.stale.1h", stale(60, true), probability, "still somebody in after a gap of an hour"),
      f("presence.stale.4h", stale(240, true), probability, "still somebody in after a gap of four hours"),
      f("presence.stale.empty.1h", stale(60, false), probability, "somebody in an hour after nobody was"),
      f(
        "presence.lost.norepeat",
        lostMessages(office, 0.05, NEVER),
        "of time",
        "wrong when 5 % of messages are lost and nothing repeats",
      ),
      f("presence.lost.hourly", lostMessages(office, 0.05, 60), "of time", "the same with the state repeated hourly"),
    ],
  };
}
