/** The counted door: its tables and the figures of the counters' error model. */
import { balances, quietestHour, runningBelowZero } from "./door-days.ts";
import { anchored, fitDrift, varianceRatio } from "./door-drift.ts";
import { differenceByWeeks, implied, missModel, quietRate } from "./door-misses.ts";
import { residuals } from "./door-residuals.ts";
import {
  anchorTable,
  atWeekends,
  dailyTable,
  driftTables,
  LEARNING_DAYS,
  missTable,
  modelTables,
  restTables,
  working,
} from "./door-tables.ts";
import { readDoorCounts } from "./recordings.ts";
import { figuresFrom, fixed, percent, type Section } from "./section.ts";

const f = figuresFrom("CalIt2 people counts");

export function doorSection(folder: string): Section {
  const counts = readDoorCounts(folder);
  const { slot, passages } = quietestHour(counts.days);
  const hour = `${String(slot / 2).padStart(2, "0")}:00`;
  const quiet = balances(counts, slot);
  const work = working(quiet);
  const model = missModel(work);
  const weekend = missModel(atWeekends(quiet));
  const drift = fitDrift(
    work.map(({ balance }) => balance),
    [1, 2, 5, 10, 20],
  );
  const anchor = anchored(work, (LEARNING_DAYS * 5) / 7);
  const night = quietRate(counts.days, [4, 5, 6, 7, 8, 9]);
  const below = runningBelowZero(counts.days, slot);
  const weeks = varianceRatio(
    work.map(({ balance }) => balance),
    5,
  );
  return {
    name: "door",
    title: "A counted door (CalIt2): two counters, half hours, 105 days",
    tables: [
      dailyTable(balances(counts, 0), quiet, hour),
      ...driftTables(quiet),
      {
        title: "The empty hour",
        head: ["what", "value"],
        rows: [
          ["quietest clock hour", `${hour}, ${passages} passages in ${counts.days.length} nights`],
          ["in an hour, 02:00 to 05:00", fixed(night.enteredPerHour, 3)],
          ["out an hour, 02:00 to 05:00", fixed(night.leftPerHour, 3)],
          [
            "half hours with a running count below nought",
            `${percent(below.share)}, on working days ${percent(below.working)}, deepest ${below.deepest}`,
          ],
          ["variance ratio of 5 working days (1: no memory)", fixed(weeks)],
        ],
      },
      anchorTable(quiet),
      missTable(model),
      ...modelTables(work, model, weekend),
      ...restTables(counts, slot),
    ],
    figures: [
      f(
        "counter.difference",
        model.difference,
        "per trip",
        "prior mean of (miss out - miss in); the sign of another door is unknown",
      ),
      f(
        "counter.difference.daySd",
        model.differenceDeviation,
        "per trip",
        "how far that difference moves from day to day",
      ),
      ...differenceByWeeks(work, 5).map((some, i) =>
        f(
          `counter.difference.weeks${5 * i + 1}to${5 * i + 5}`,
          some,
          "per trip",
          "the difference wanders: learn it for each counter and let it go on moving",
        ),
      ),
      f("counter.missOut.ifMissIn0", implied(model, 0).missOut, "probability", "misses out when none are missed in"),
      f(
        "counter.missOut.ifMissIn5",
        implied(model, 0.05).missOut,
        "probability",
        "misses out when 5 % are missed in; the data cannot tell the two apart",
      ),
      f(
        "counter.noise",
        model.noisePerTrip,
        "persons² per trip",
        "above 0.5: misses are not independent, so give the count a wider tail",
      ),
      f("counter.drift.bias", drift.biasPerDay, "persons per working day", "the part that grows with days"),
      f(
        "counter.drift.walk",
        drift.walkPerRootDay,
        "persons per root day",
        "the part that grows with the root of days",
      ),
      f(
        "counter.drift.memory",
        weeks,
        "variance ratio, 5 days",
        "about 1: a day's error about its mean says nothing of the next day's",
      ),
      f("counter.anchor.hour", slot / 2, "o'clock", "where the day is cut"),
      f("counter.anchor.never", anchor.never, "persons rms", "50 working days after learning, no anchor"),
      f("counter.anchor.nightly", anchor.nightly, "persons rms", "anchor at the empty hour"),
      f(
        "counter.anchor.learnt",
        anchor.learntDaily,
        "persons rms",
        "anchor, and the mean share taken off, learnt from all days before",
      ),
      f(
        "counter.anchor.dayError",
        anchor.nightly / anchor.meanTrips,
        "of the day's trips",
        "error left in an evening count that was anchored in the morning",
      ),
      f(
        "counter.belowZero",
        below.working,
        "of half hours",
        "impossible counts on working days in spite of a nightly anchor",
      ),
      f(
        "counter.quiet.out",
        night.leftPerHour,
        "per hour",
        "phantoms at the most: everything counted from 02:00 to 05:00",
      ),
      f(
        "counter.grouping",
        residuals(counts).fanoIn,
        "variance over mean",
        "counts vary more than people who come one by one: groups, and busy days",
      ),
    ],
  };
}
