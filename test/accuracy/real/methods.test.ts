/** The methods on made data whose answer is known: they must find what was put in, and not what was not. */
import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { type DayBalance, quietestHour, runningBelowZero } from "./door-days.ts";
import { anchored, fitDrift, varianceRatio } from "./door-drift.ts";
import { daysToOnePerson, implied, leastNoise, MOST_INDEPENDENT, missModel } from "./door-misses.ts";
import { evidence, falseMotion, holdOutcome, resumption, silencesOf, silentShare, staysOf } from "./motion-silence.ts";
import { afterGap, dwellsOf, holdOnPresence, lostMessages } from "./office-presence.ts";
import type { CounterDay, OfficeMinute, RoomSample } from "./recordings.ts";
import {
  areaUnderCurve,
  bootstrap,
  correlation,
  fitTwo,
  mean,
  noneOf,
  quantile,
  rate,
  variance,
} from "./statistics.ts";

const random = new Random("methods");

/** Days at a door that misses passages by chance, and lets each day's rate out move by `rateDeviation`. */
function doorDays(days: number, missIn: number, missOut: number, rateDeviation = 0): DayBalance[] {
  return Array.from({ length: days }, (_, index) => {
    const people = 200 + random.int(0, 100);
    const rateOut = Math.max(0, random.normal(missOut, rateDeviation));
    const seen = (miss: number) =>
      Array.from({ length: people }, () => random.chance(miss)).filter((gone) => !gone).length;
    const [entered, left] = [seen(missIn), seen(rateOut)];
    const week = Math.floor(index / 5);
    const trips = (entered + left) / 2;
    return {
      startMs: index * 86_400_000,
      weekend: false,
      event: false,
      week,
      entered,
      left,
      balance: entered - left,
      trips,
    };
  });
}

test("independent misses are found by their difference, and make the noise they must", () => {
  const model = missModel(doorDays(400, 0.05, 0.1));
  const { missOut, noise } = implied(model, 0.05);
  expect(missOut).toBeCloseTo(0.1, 2);
  expect(model.noisePerTrip.value).toBeGreaterThan(0.8 * noise);
  expect(model.noisePerTrip.value).toBeLessThan(1.35 * noise);
  expect(model.noisePerTrip.high).toBeLessThan(MOST_INDEPENDENT);
  expect(model.differenceDeviation.value).toBeLessThan(0.025);
});

test("misses one way alone make the noise of a coin thrown once a trip", () => {
  expect(leastNoise(0.2)).toBeCloseTo(0.16);
  expect(leastNoise(-0.2)).toBeCloseTo(0.16);
});

test("two doors with the same difference but other rates have the same mean, whichever pair one assumes", () => {
  const one = implied(missModel(doorDays(400, 0, 0.06)), 0.1);
  const other = implied(missModel(doorDays(400, 0.1, 0.154)), 0.1);
  expect(one.missOut).toBeCloseTo(other.missOut, 2);
});

test("a rate that moves from day to day is told from chance", () => {
  const { differenceDeviation, noisePerTrip } = missModel(doorDays(400, 0, 0.2, 0.06));
  expect(differenceDeviation.value).toBeGreaterThan(0.045);
  expect(differenceDeviation.value).toBeLessThan(0.085);
  expect(noisePerTrip.low).toBeGreaterThan(MOST_INDEPENDENT);
});

test("drift is parted into walk and bias", () => {
  const fit = fitDrift(
    Array.from({ length: 4_000 }, () => random.normal(3, 10)),
    [1, 2, 5, 10, 20],
  );
  expect(fit.biasPerDay).toBeCloseTo(3, 0);
  expect(fit.walkPerRootDay).toBeGreaterThan(9);
  expect(fit.walkPerRootDay).toBeLessThan(11);
  expect(fit.crossoverDays).toBeCloseTo((fit.walkPerRootDay / fit.biasPerDay) ** 2, 6);
});

test("the variance ratio is one without memory, and above one with it", () => {
  const fresh = Array.from({ length: 4_000 }, () => random.normal());
  const lasting = fresh.map((value, i) => value + (fresh[i - 1] ?? 0));
  expect(varianceRatio(fresh, 5)).toBeGreaterThan(0.85);
  expect(varianceRatio(fresh, 5)).toBeLessThan(1.15);
  expect(varianceRatio(lasting, 5)).toBeGreaterThan(1.5);
});

test("an anchor keeps the error of one day, and a learnt share takes the bias off", () => {
  const { never, nightly, learntDaily } = anchored(doorDays(200, 0, 0.1), 50);
  expect(nightly).toBeLessThan(never / 20);
  expect(learntDaily).toBeLessThan(nightly / 3);
});

test("the day is one person wrong when bias and walk add up to one", () => {
  const flat = { low: 0, high: 0 };
  const model = {
    difference: { value: 0.1, ...flat },
    noisePerTrip: { value: 0, ...flat },
    differenceDeviation: { value: 0, ...flat },
  };
  const days = daysToOnePerson(model, 5);
  expect((0.5 * days) ** 2 + 0.5 * days).toBeCloseTo(1, 9);
});

test("the quiet hour is the one with the fewest passages, and a count below nought is seen", () => {
  const day = (entered: number[], left: number[]): CounterDay => ({
    startMs: 0,
    weekend: false,
    week: 0,
    entered,
    left,
  });
  const flow: number[] = Array.from({ length: 48 }, (_, slot) => (slot === 6 || slot === 7 ? 0 : 2));
  const leaving = flow.with(10, 5);
  expect(quietestHour([day(flow, flow)])).toEqual({ slot: 6, passages: 0 });
  expect(runningBelowZero([day(flow, flow)], 6)).toEqual({ share: 0, working: 0, deepest: 0 });
  expect(runningBelowZero([day(flow, leaving)], 6)).toMatchObject({ share: 38 / 48, deepest: -3 });
});

/** A room in rows of 30 s: a digit for the people, then `m` where a sensor sees motion. */
const room = (text: string): RoomSample[] =>
  text.split(" ").map((item, i) => {
    const motion = item.endsWith("m");
    const other = { light: 0, sound: 0, co2: 0, co2Slope: 0 };
    return { atMs: i * 30_000, persons: Number(item[0]), silent: !motion, motion: [motion, false], ...other };
  });

test("silences are measured from motion to motion, and the last one is not taken for ended", () => {
  const stays = staysOf(room("0 0 1m 1 1 1m 2 0 0m 0"));
  expect(stays).toHaveLength(1);
  expect(silencesOf(stays)).toEqual([
    { seconds: 60, ended: true },
    { seconds: 30, ended: false },
  ]);
  expect(silentShare(stays, 1, "any").value).toBeCloseTo(1 / 4);
  expect(silentShare(stays, 0.5, 1).value).toBeCloseTo(2 / 4);
  expect(silentShare(stays, 1.5, "any")).toMatchObject({ value: 0, high: noneOf(1) });
  expect(resumption(silencesOf(stays), 0.5, 1)).toMatchObject({ hours: 30 / 3_600, resumed: 1 });
});

test("a hold that is too short lapses, and a long enough one does not", () => {
  const stays = staysOf(room("1m 1 1 1 1m 1m 0 0 0"));
  expect(holdOutcome(stays, 60)).toMatchObject({ lapses: 1, vacantShare: 1 / 6 });
  expect(holdOutcome(stays, 90)).toMatchObject({ lapses: 0, vacantShare: 0 });
});

test("a lost row is bridged, a hole cuts the stay", () => {
  const rows = room("1m 1 1 1");
  const shifted = (byMs: number) => rows.map((row, i) => (i < 2 ? row : { ...row, atMs: row.atMs + byMs }));
  expect(staysOf(shifted(31_000))).toHaveLength(1);
  expect(staysOf(shifted(90_000))).toHaveLength(2);
});

test("motion beside a stay is kept apart from motion in an empty room", () => {
  const { near, far, bursts } = falseMotion(room(`1m 0m 0 ${"0 ".repeat(20)}0m 0m 0`), 60_000);
  expect([near.on, far.on, far.rows, bursts.count]).toEqual([1, 2, 22 + 1, 1]);
});

test("silence speaks against presence and motion for it, the cautious way less", () => {
  const { silence, motion, cautious } = evidence(
    { value: 0.2, low: 0.1, high: 0.4 },
    { value: 0.01, low: 0.005, high: 0.02 },
    0.5,
  );
  expect(silence).toBeCloseTo(0.2 / 0.99);
  expect(motion).toBeCloseTo(0.8 / 0.01);
  expect(cautious.silence).toBeGreaterThan(silence);
  expect(cautious.motion).toBeLessThan(motion);
});

const minutes = (text: string): OfficeMinute[] =>
  [...text].map((mark, i) => ({ atMs: i * 60_000, occupied: mark === "x" }));

test("dwells, holds and old states follow from the minutes", () => {
  const office = [minutes("..xxxx..x...")];
  const dwells = dwellsOf(office);
  expect(dwells.map((dwell) => dwell.minutes)).toEqual([2, 4, 2, 1, 3]);
  expect(dwells.map(({ complete }) => complete)).toEqual([false, true, true, true, false]);
  expect(holdOnPresence(dwells, 2)).toMatchObject({ absences: 1, hiddenShare: 1, wrongShareOfAbsence: 6 / 7 });
  expect(holdOnPresence(dwells, 1)).toMatchObject({ hiddenShare: 0, wrongShareOfAbsence: 3 / 7 });
  expect(afterGap(office, 1, true).value).toBeCloseTo(3 / 5);
  expect(afterGap(office, 1, false).value).toBeCloseTo(2 / 6);
});

test("no loss, no wrong state; a repeat mends what was lost", () => {
  const office = [minutes(`${".".repeat(30)}${"x".repeat(90)}`.repeat(20))];
  expect(lostMessages(office, 0, Number.POSITIVE_INFINITY)).toBe(0);
  expect(lostMessages(office, 0.2, 10)).toBeLessThan(lostMessages(office, 0.2, Number.POSITIVE_INFINITY) / 4);
});

test("the statistics are those of the textbook", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(variance([1, 2, 3, 4])).toBeCloseTo(5 / 3);
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1);
  expect(areaUnderCurve([3, 4], [1, 2])).toBe(1);
  expect(areaUnderCurve([1, 2], [1, 2])).toBe(0.5);
  const [a, b] = fitTwo([1, 2, 3].map((n) => ({ x1: n, x2: n * n, y: 5 * n + 2 * n * n, weight: 1 / n })));
  expect([a, b].map((value) => Number(value.toFixed(9)))).toEqual([5, 2]);
});

test("exact bounds of a rate are those of the tables: 0 to 3.69 for none, 1.62 to 11.67 for five", () => {
  expect(rate(0, 1).high).toBeCloseTo(3.689, 3);
  expect(rate(5, 1).low).toBeCloseTo(1.623, 3);
  expect(rate(5, 1).high).toBeCloseTo(11.668, 3);
});

test("a bootstrap interval holds the true mean about as often as it says", () => {
  const held = Array.from({ length: 60 }, () => {
    const blocks = Array.from({ length: 30 }, () => {
      const shared = random.normal();
      return [shared + random.normal(), shared + random.normal()];
    });
    const { low, high } = bootstrap(blocks, mean, 200);
    return low <= 0 && 0 <= high;
  });
  expect(held.filter(Boolean).length).toBeGreaterThan(50);
});
