import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { addSum, createDiary, type Diary, HOURS, liftGauge, openDay, ringsOf } from "./diary.ts";
import {
  AT_EDGE,
  isUnseen,
  MISSED,
  RATES,
  thriftRowOf,
  thriftRows,
  trafficOf,
  WIDTH,
  writeKernel,
  writeWeights,
} from "./hours.ts";
import { type Settled, smooth } from "./smoother.ts";

const DAY = 20_000;
const hour = (day: number, ofDay: number) => (DAY + day) * 24 + ofDay;
const everyDay = () => true;

/** Three people who leave at 8 and come home at 18; `skip` leaves out a count. */
function workers(days: number, skip: (day: number, ofDay: number) => boolean): Diary {
  const diary = createDiary();
  openDay(diary, DAY);
  for (let day = 0; day < days; day++) {
    for (const [ofDay, way] of [
      [8, "out"],
      [18, "in"],
    ] as const) {
      for (let person = 0; person < 3; person++) {
        addSum(diary, "opens", hour(day, ofDay), 1);
        if (way === "in") addSum(diary, "grants", hour(day, ofDay), 1);
        if (person > 0 || !skip(day, ofDay)) addSum(diary, way, hour(day, ofDay), 1);
      }
    }
  }
  return diary;
}

it("finds the people of every night and the empty noon, though counts are missed", () => {
  const missed = (day: number, ofDay: number) => (day === 4 && ofDay === 8) || (day === 9 && ofDay === 18);
  const { mean } = smooth(workers(14, missed), hour(0, 0), hour(14, 0), 12, everyDay);
  for (let day = 1; day < 14; day++) {
    expect(mean[hour(day, 3) - hour(0, 0)], `night ${day}`).toBeCloseTo(3, 0);
    expect(mean[hour(day, 12) - hour(0, 0)], `noon ${day}`).toBeLessThan(0.5);
  }
});

it("lets grants and openings stand in for a counter that cannot be believed", () => {
  const diary = workers(14, () => true);
  for (const way of ["in", "out"] as const) diary.hours[way]?.fill(0);
  const { mean } = smooth(diary, hour(0, 0), hour(14, 0), 12, () => false);
  expect(mean[hour(7, 3) - hour(0, 0)]).toBeCloseTo(3, 0);
});

it("takes a room whose door stays shut for empty, and one whose door begins in the evening for lived in", () => {
  const shut = createDiary();
  openDay(shut, DAY);
  const quiet = smooth(shut, hour(0, 0), hour(4, 0), 12, everyDay);
  expect(quiet.mean[hour(3, 3) - hour(0, 0)]).toBeLessThan(0.5);
  const begun = createDiary();
  openDay(begun, DAY);
  for (let person = 0; person < 2; person++) addSum(begun, "in", hour(0, 19), 1);
  const evening = smooth(begun, hour(0, 0), hour(1, 6), 12, everyDay);
  expect(evening.mean[hour(1, 3) - hour(0, 0)]).toBeGreaterThan(1.5);
});

it("stays a distribution whatever the counts are", () => {
  const random = new Random(5);
  for (let run = 0; run < 20; run++) {
    const diary = createDiary();
    openDay(diary, DAY);
    for (let i = 0; i < 300; i++) {
      const at = hour(random.int(0, 9), random.int(0, 23));
      addSum(diary, random.pick(["in", "out", "opens", "grants"] as const), at, random.int(0, 40));
    }
    const { mean, last } = smooth(diary, hour(0, 0), hour(10, 0), 14, everyDay);
    expect(last.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6);
    for (const value of mean) expect(value >= 0 && value <= 14).toBe(true);
  }
});

/** The same by the book: whole matrices, nothing left out, no hour like another. */
function byTheBook(diary: Diary, fromHour: number, hours: number, size: number): number[] {
  const rings = ringsOf(diary);
  const rates = { ...RATES, habit: 0 };
  const thrift = thriftRows(rates, size);
  const steps = Array.from({ length: hours }, (_, t) => {
    const slot = (fromHour + t) % HOURS;
    const traffic = trafficOf(rings, slot, true, rates);
    const kernel = new Float64Array(WIDTH);
    writeKernel(traffic.missedIn, traffic.missedOut, kernel, 0);
    const moved = traffic.in + traffic.out > 0;
    const row = thriftRowOf(fromHour + t) * size;
    const weights = thrift.slice(row, row + size);
    if (!isUnseen(rings, slot, moved)) writeWeights(rings, slot, moved, rates, thrift, row, weights, 0, size);
    return Array.from({ length: size }, (_, n) => {
      const to = new Float64Array(size);
      for (const [e, chance] of kernel.entries()) {
        const target = n + traffic.in - traffic.out + e - MISSED;
        const held = Math.min(size - 1, Math.max(0, target));
        to[held] = (to[held] as number) + chance * (held === target ? 1 : AT_EDGE);
      }
      return to.map((chance, n) => chance * (weights[n] as number));
    });
  });
  const scaled = (row: Float64Array) => {
    const sum = row.reduce((total, chance) => total + chance, 0);
    return row.map((chance) => chance / sum);
  };
  const forth = [new Float64Array(size).fill(1 / size)];
  for (const step of steps) {
    const before = forth.at(-1) as Float64Array;
    const after = new Float64Array(size);
    for (const [n, to] of step.entries())
      for (const [m, chance] of to.entries()) after[m] = (after[m] as number) + (before[n] as number) * chance;
    forth.push(scaled(after));
  }
  let back = new Float64Array(size).fill(1);
  const means: number[] = [];
  for (let t = hours; t > 0; t--) {
    const both = scaled((forth[t] as Float64Array).map((chance, n) => chance * (back[n] as number)));
    means.unshift(both.reduce((mean, chance, n) => mean + n * chance, 0));
    const step = steps[t - 1] as Float64Array[];
    back = scaled(
      Float64Array.from(step, (to) => to.reduce((sum, chance, m) => sum + chance * (back[m] as number), 0)),
    );
  }
  return means;
}

it("finds what the whole calculation finds, in quiet hours and busy ones, with nobody in and with as many as there can be", () => {
  const random = new Random(8);
  for (let run = 0; run < 20; run++) {
    const diary = createDiary();
    openDay(diary, DAY);
    const size = random.int(2, 9);
    for (let t = 0, inside = 0; t < 240; t++) {
      if (!random.chance(0.3)) continue;
      const way = inside === 0 || (inside < size - 1 && random.chance(0.5)) ? "in" : "out";
      inside += way === "in" ? 1 : -1;
      addSum(diary, "opens", hour(0, t), 1);
      if (way === "in" && random.chance(0.8)) addSum(diary, "grants", hour(0, t), 1);
      if (random.chance(0.95)) addSum(diary, way, hour(0, t), 1);
      if (random.chance(0.2)) liftGauge(diary, "seen", hour(0, t), inside);
    }
    const { mean } = smooth(diary, hour(0, 0), hour(10, 0), size - 1, everyDay, { ...RATES, habit: 0 });
    const book = byTheBook(diary, hour(0, 0), 240, size);
    for (const [t, value] of mean.entries()) expect(value, `run ${run} hour ${t}`).toBeCloseTo(book[t] as number, 3);
  }
});

it("going on from what is settled says what the whole diary says, to a twentieth of a person", () => {
  const missed = (day: number, ofDay: number) => (day % 5 === 4 && ofDay === 8) || (day % 9 === 3 && ofDay === 18);
  const diary = workers(26, missed);
  const size = 12;
  let settled: Settled | undefined;
  for (let day = 2; day <= 26; day++) {
    const on = smooth(diary, hour(1, 0), hour(day, 6), size, everyDay, RATES, settled);
    const whole = smooth(diary, hour(1, 0), hour(day, 6), size, everyDay);
    const begin = on.fromHour - whole.fromHour;
    // Three open days, and the one that was settled with this morning.
    expect(on.mean.length).toBe(Math.min(4 * 24, hour(day, 6) - hour(1, 0)));
    for (const [t, mean] of on.mean.entries())
      expect(mean, `morning ${day} hour ${t}`).toBeCloseTo(whole.mean[begin + t] as number, 1);
    for (const [n, chance] of on.last.entries()) expect(chance).toBeCloseTo(whole.last[n] as number, 1);
    settled = on.settled;
  }
});

it("goes through the whole diary again where what was settled does not fit: another size, an earlier morning, or weeks later", () => {
  const diary = workers(26, () => false);
  const { settled } = smooth(diary, hour(0, 0), hour(20, 6), 12, everyDay);
  const from = (toDay: number, most: number, fromDay = 0) =>
    smooth(diary, hour(fromDay, 0), hour(toDay, 6), most, everyDay, RATES, settled).fromHour;
  expect(from(21, 12)).toBe(settled.hour);
  expect(from(21, 14)).toBe(hour(0, 0));
  expect(from(17, 12)).toBe(hour(0, 0));
  expect(from(40, 12, 18)).toBe(hour(18, 0));
});

it("goes through the whole diary again where a counter of the days behind is no longer believed, or is again", () => {
  const diary = workers(26, () => false);
  const { settled } = smooth(diary, hour(0, 0), hour(20, 6), 12, everyDay);
  const from = (worksOn: (day: number) => boolean) =>
    smooth(diary, hour(0, 0), hour(21, 6), 12, worksOn, RATES, settled).fromHour;
  expect(from((day) => day !== DAY + 19)).toBe(settled.hour);
  expect(from((day) => day !== DAY + 14)).toBe(hour(0, 0));
  expect(from((day) => day < DAY + 14)).toBe(hour(0, 0));
  expect(from((day) => day !== DAY + 3)).toBe(settled.hour);
});

it("does not keep the errors of other rates", () => {
  const diary = workers(8, (day) => day === 5);
  const by = (quiet: number, persons = 12) =>
    smooth(diary, hour(0, 0), hour(8, 0), persons, everyDay, { ...RATES, quiet }).mean;
  by(RATES.quiet);
  const after = by(0.02);
  // A larger chain than any before begins with nothing written.
  by(0.02, 60);
  expect(by(0.02)).toEqual(after);
});
