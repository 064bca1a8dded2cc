/** How long presence and absence last in an office, what a hold time makes of them, and how fast an old state goes stale. */
import { Random } from "@gatehouse/protocol/testing";
import { DAY_MS, type OfficeMinute } from "./recordings.ts";
import { bootstrapShare, groupBy, type Measured, mean, quantile, share } from "./statistics.ts";

export interface Dwell {
  readonly occupied: boolean;
  readonly minutes: number;
  /** Both ends lie inside the recording. */
  readonly complete: boolean;
}

export function dwellsOf(stretches: readonly (readonly OfficeMinute[])[]): Dwell[] {
  return stretches.flatMap((stretch) => {
    const runs: { occupied: boolean; minutes: number }[] = [];
    for (const { occupied } of stretch) {
      const last = runs.at(-1);
      if (last?.occupied === occupied) last.minutes++;
      else runs.push({ occupied, minutes: 1 });
    }
    return runs.map((run, i) => ({ ...run, complete: i > 0 && i < runs.length - 1 }));
  });
}

/** Changes of state a day, over days recorded from midnight to midnight; working days are those with somebody in. */
export function changesPerDay(stretches: readonly (readonly OfficeMinute[])[]) {
  const days = stretches.flatMap((stretch) => groupBy(stretch, ({ atMs }) => Math.floor((atMs + 500) / DAY_MS)));
  const full = days.filter((day) => day.length >= 1_435);
  const changes = (day: readonly OfficeMinute[]) =>
    day.filter(({ occupied }, i) => i > 0 && occupied !== day[i - 1]?.occupied).length;
  const working = full.filter((day) => day.some(({ occupied }) => occupied));
  return {
    fullDays: full.length,
    workingDays: working.length,
    changes: working.map(changes),
    occupiedShare: mean(working.map((day) => share(day.map(({ occupied }) => occupied)))),
  };
}

export const dwellQuantiles = (dwells: readonly Dwell[], occupied: boolean) => {
  const minutes = dwells.filter((dwell) => dwell.complete && dwell.occupied === occupied).map((dwell) => dwell.minutes);
  return { count: minutes.length, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((p) => quantile(minutes, p)) };
};

/** Absences no longer than the hold are never seen; every longer one is seen that much too late. */
export function holdOnPresence(dwells: readonly Dwell[], holdMin: number) {
  const absences = dwells.filter((dwell) => !dwell.occupied);
  const between = absences.filter(({ complete }) => complete);
  const hidden = between.filter(({ minutes }) => minutes <= holdMin);
  const wrong = absences.reduce((all, { minutes }) => all + Math.min(minutes, holdMin), 0);
  return {
    holdMin,
    absences: between.length,
    hiddenShare: hidden.length / between.length,
    changesLeft: 1 - hidden.length / between.length,
    wrongShareOfAbsence: wrong / absences.reduce((all, { minutes }) => all + minutes, 0),
  };
}

/** P(somebody is in now | somebody was, or nobody was, `gapMin` ago). */
export function afterGap(stretches: readonly (readonly OfficeMinute[])[], gapMin: number, was: boolean): Measured {
  const pairs = stretches.flatMap((stretch) =>
    stretch
      .slice(gapMin)
      .flatMap(({ atMs, occupied }, i) =>
        stretch[i]?.occupied === was ? [{ day: Math.floor(atMs / DAY_MS), occupied }] : [],
      ),
  );
  const days = groupBy(pairs, ({ day }) => day);
  return bootstrapShare(days.map((day) => day.map(({ occupied }) => occupied)));
}

/**
 * A sensor that speaks only when its state changes and loses messages: share of time the last state heard is wrong, with a repeat of the state every
 * `repeatMin` (which may be lost too) or none.
 */
export function lostMessages(stretches: readonly (readonly OfficeMinute[])[], loss: number, repeatMin: number): number {
  const random = new Random(`loss-${loss}-${repeatMin}`);
  let wrong = 0;
  let all = 0;
  for (let round = 0; round < 40; round++) {
    for (const stretch of stretches) {
      let heard = stretch[0]?.occupied;
      for (const [i, { occupied }] of stretch.entries()) {
        const speaks = occupied !== stretch[i - 1]?.occupied || i % repeatMin === 0;
        if (speaks && !random.chance(loss)) heard = occupied;
        if (heard !== occupied) wrong++;
        all++;
      }
    }
  }
  return wrong / all;
}

/** Holes between the stretches: how long, and the state before and after. */
export const gapsBetween = (stretches: readonly (readonly OfficeMinute[])[]) =>
  stretches.slice(1).flatMap((stretch, i) => {
    const [last, next] = [stretches[i]?.at(-1), stretch[0]];
    if (last === undefined || next === undefined) return [];
    return [{ hours: (next.atMs - last.atMs) / 3_600_000, before: last.occupied, after: next.occupied }];
  });
