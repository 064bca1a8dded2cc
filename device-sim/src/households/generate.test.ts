import { formatTime, localTimeMs, parseReading, Reading } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { flatsOf } from "../compound.ts";
import { readScenario, startOf } from "../scenario.ts";
import { endOf, movements, readings, worldOf } from "./generate.ts";
import { mergeByTime } from "./merge.ts";
import { presentAt } from "./movements.ts";
import type { SimReading } from "./passages.ts";
import { replayLines } from "./replay-file.ts";

const scenario = readScenario("compound");
const SEEDS = [1, 2, 3, 4, 5];
const DAY_MS = 86_400_000;

const take = (seed: number | string): SimReading[] => [...readings({ scenario, seed })];

/** People at 03:00 of a day of the scenario, 1 being the first. */
function sleepers(flatId: string, day: number, seed: number): number {
  const world = worldOf(scenario, seed);
  const flat = flatsOf(scenario).find(({ id }) => id === flatId);
  if (flat === undefined) return Number.NaN;
  return presentAt(flat, world, localTimeMs(world.firstDay + day - 1, 3 * 60, world.timezone));
}

describe("readings of a scenario", () => {
  it("are the same for the same seed and others for another", () => {
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  it("come in order of time, within the span, and every one is sound", () => {
    for (const seed of SEEDS) {
      const all = take(seed);
      const times = all.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(startOf(scenario));
      expect(times.at(-1)).toBeLessThan(endOf(scenario));
      expect(all.map(({ reading }) => parseReading(reading)).filter((parsed) => !parsed.ok)).toEqual([]);
    }
  });

  it("go on in the middle as they would have from the beginning", () => {
    const fromMs = startOf(scenario) + 9.4 * DAY_MS;
    const whole = take(3).filter(({ atMs }) => atMs >= fromMs + 60_000);
    const rest = [...readings({ scenario, seed: 3, fromMs })].filter(({ atMs }) => atMs >= fromMs + 60_000);
    expect(rest.length).toBeGreaterThan(1000);
    expect(rest).toEqual(whole);
  });

  it("open a door before anybody passes and close it after, one opening at a time", () => {
    const open = new Set<string>();
    const wrong: SimReading[] = [];
    for (const item of take(2)) {
      const isOpen = open.has(item.flat);
      if (item.reading.kind === "door.opened") {
        if (isOpen) wrong.push(item);
        open.add(item.flat);
      } else if (item.reading.kind === "door.closed") {
        if (!isOpen) wrong.push(item);
        open.delete(item.flat);
      } else if (item.reading.kind.startsWith("count.") && !isOpen) wrong.push(item);
    }
    expect(wrong).toEqual([]);
    expect(open.size).toBe(0);
  });

  it("show a resident's own card at the own door only", () => {
    const flatsOfCard = new Map<string, Set<string>>();
    for (const { reading, flat } of take(1)) {
      if (reading.credential === undefined) continue;
      flatsOfCard.set(reading.credential, (flatsOfCard.get(reading.credential) ?? new Set()).add(flat));
    }
    const people = flatsOf(scenario)
      .flatMap((flat) => flat.people)
      .reduce((sum, { count }) => sum + count, 0);
    expect(flatsOfCard.size).toBe(people);
    expect([...flatsOfCard.values()].every((flats) => flats.size === 1)).toBe(true);
  });
});

describe("people", () => {
  it("are conserved: nobody leaves who is not there, and counts add up to who is inside", () => {
    for (const seed of SEEDS) {
      const world = worldOf(scenario, seed);
      const untilMs = endOf(scenario);
      const inside = new Map(flatsOf(scenario).map((flat) => [flat.id, presentAt(flat, world, startOf(scenario) - 1)]));
      let least = Number.POSITIVE_INFINITY;
      for (const { flat, direction, present } of movements({ scenario, seed })) {
        const now = (inside.get(flat) ?? Number.NaN) + (direction === "in" ? 1 : -1);
        inside.set(flat, now);
        expect(present).toBe(now);
        least = Math.min(least, now);
      }
      expect(least).toBe(0);
      const atEnd = flatsOf(scenario).map((flat) => [flat.id, presentAt(flat, world, untilMs - 1)]);
      expect([...inside]).toEqual(atEnd);
    }
  });

  it("sleep at home: the flat over its limit is so in most nights from the first on", () => {
    for (const seed of SEEDS) {
      const nights = Array.from({ length: 28 }, (_, index) => sleepers("3-302", index + 2, seed));
      expect(nights.filter((present) => present > 4).length).toBeGreaterThanOrEqual(20);
    }
  });

  it("move in on day 3 where the flat is sub-let, and no earlier", () => {
    for (const seed of SEEDS) {
      expect([1, 2, 3].map((day) => sleepers("2-201", day, seed)).every((present) => present <= 2)).toBe(true);
      const nights = Array.from({ length: 26 }, (_, index) => sleepers("2-201", index + 4, seed));
      expect(nights.filter((present) => present > 4).length).toBeGreaterThanOrEqual(19);
    }
  });

  it("stay within the limit at night in the flats that keep it", () => {
    const limits = new Map(flatsOf(scenario).map((flat) => [flat.id, 2 * flat.rooms.length]));
    const over = ["2-201", "3-302"];
    for (const seed of SEEDS) {
      for (const [flat, limit] of limits) {
        if (over.includes(flat)) continue;
        const nights = Array.from({ length: 29 }, (_, index) => sleepers(flat, index + 2, seed));
        expect(Math.max(...nights)).toBeLessThanOrEqual(limit);
      }
    }
  });
});

describe("the load scenario", () => {
  it("has 386 devices, all of which speak within a week", () => {
    const load = readScenario("load");
    const untilMs = startOf(load) + 7 * DAY_MS;
    const speaking = new Set([...readings({ scenario: load, seed: 1, untilMs })].map(({ reading }) => reading.device));
    expect(speaking.size).toBe(386);
  });
});

describe("replay lines", () => {
  it("are accepted readings in order of arrival, with pseudonyms and a dense journal", () => {
    const lines = [...replayLines({ scenario, seed: 1 })].map((line) => JSON.parse(line) as Reading);
    expect(lines.map((line) => Reading.safeParse(line)).filter((parsed) => !parsed.success)).toEqual([]);
    expect(lines.map(({ journalSeq }) => journalSeq)).toEqual(lines.map((_, index) => index + 1));
    const arrivals = lines.map(({ receivedAt }) => Date.parse(receivedAt));
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    const credentials = lines.flatMap(({ credential }) => credential ?? []);
    expect(credentials.length).toBeGreaterThan(500);
    expect(credentials.every((credential) => /^c_[0-9a-f]{10}$/.test(credential))).toBe(true);
    expect(lines[0]?.at).toBe(formatTime(Date.parse(lines[0]?.at ?? ""), "Asia/Shanghai"));
  });
});

describe("merging by time", () => {
  it("keeps the order of time and, among equals, of the list", () => {
    const sources = ["c", "a", "b"].map((name, n) => [0, 3, 3, 7 + n].map((atMs) => ({ atMs, name })));
    const merged = [...mergeByTime(sources)].map(({ atMs, name }) => `${atMs}${name}`);
    expect(merged.join(" ")).toBe("0c 0a 0b 3c 3c 3a 3a 3b 3b 7c 8a 9b");
    expect([...mergeByTime([[], []])]).toEqual([]);
  });
});
