import { Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "./draws.ts";
import { type LabelledSite, labelledSite } from "./labelled-site.ts";
import type { FaultWorld, LabelledKind } from "./options.ts";

const SEEDS = [1, 2, 3];
const site = (kind: LabelledKind, faults: FaultWorld, seed: number): LabelledSite =>
  labelledSite({ kind, faults, seed, days: 28, spaces: 8 });

interface Counted {
  readonly seenIn: number;
  readonly seenOut: number;
  readonly cameIn: number;
  readonly wentOut: number;
}

/** What each counter of a dwelling saw beside what happened. */
function counted(world: LabelledSite): Counted[] {
  const steps = new Map<string, { in: number; out: number; last: number }>();
  for (const { space, present } of world.occupancy) {
    const sum = steps.get(space) ?? { in: 0, out: 0, last: present };
    if (present > sum.last) sum.in += 1;
    if (present < sum.last) sum.out += 1;
    sum.last = present;
    steps.set(space, sum);
  }
  const seen = new Map<string, { in: number; out: number }>();
  for (const { device, kind, value } of world.readings) {
    if (!device.startsWith("CT-") || !kind.startsWith("count.")) continue;
    const sum = seen.get(device) ?? { in: 0, out: 0 };
    if (kind === "count.in") sum.in += value ?? 0;
    else sum.out += value ?? 0;
    seen.set(device, sum);
  }
  return [...steps].flatMap(([space, truth]) => {
    const sum = seen.get(`CT-${space}`);
    if (sum === undefined) return [];
    return [{ seenIn: sum.in, seenOut: sum.out, cameIn: truth.in, wentOut: truth.out }];
  });
}

/** Share of passages that left no count, as far as sums can tell. */
const shortfall = (faults: FaultWorld): number => {
  const all = SEEDS.flatMap((seed) => counted(site("compound", faults, seed)));
  const passages = all.reduce((sum, { cameIn, wentOut }) => sum + cameIn + wentOut, 0);
  const missed = all.map((one) => one.cameIn + one.wentOut - one.seenIn - one.seenOut).sort((a, b) => a - b);
  const middle = missed.slice(missed.length >> 2, (3 * missed.length) >> 2);
  return (2 * middle.reduce((sum, one) => sum + one, 0)) / passages;
};

describe("counters", () => {
  it("count everybody once where nothing is broken, but for the last report", () => {
    for (const one of counted(site("dormitory", "none", 1))) {
      expect(one.cameIn - one.seenIn).toBeGreaterThanOrEqual(0);
      expect(one.cameIn - one.seenIn).toBeLessThanOrEqual(2);
      expect(one.wentOut - one.seenOut).toBeLessThanOrEqual(2);
      expect(one.cameIn).toBeGreaterThan(100);
    }
  });

  it("miss some of those who pass, and many more where all is heavy", () => {
    const nominal = shortfall("nominal");
    expect(nominal).toBeGreaterThan(0.015);
    expect(nominal).toBeLessThan(0.1);
    expect(shortfall("heavy")).toBeGreaterThan(1.7 * nominal);
  });
});

describe("the line from device to gateway", () => {
  function troubles(faults: FaultWorld) {
    const seen = new Set<string>();
    let repeats = 0;
    let late = 0;
    let wrongClock = 0;
    let offline = 0;
    let total = 0;
    for (const seed of SEEDS) {
      for (const { device, seq, receivedAt, at, kind } of site("compound", faults, seed).readings) {
        total += 1;
        if (kind === "device.offline") offline += 1;
        if (seq === undefined) continue;
        const name = `${seed}/${device}/${seq}`;
        if (seen.has(name)) repeats += 1;
        seen.add(name);
        const lagMs = Date.parse(receivedAt) - Date.parse(at);
        if (lagMs > 3_600_000 && lagMs < DAY_MS) late += 1;
        if (Math.abs(lagMs) > 2_000) wrongClock += 1;
      }
    }
    return { repeats: repeats / total, late: late / total, wrongClock: wrongClock / total, offline };
  }

  it("is plain where nothing is broken", () => {
    expect(troubles("none")).toEqual({ repeats: 0, late: 0, wrongClock: 0, offline: 0 });
  });

  it("repeats, delays and misdates, within the rates of the field, and more of it where all is heavy", () => {
    const nominal = troubles("nominal");
    const heavy = troubles("heavy");
    expect(nominal.repeats).toBeGreaterThan(0.003);
    expect(nominal.repeats).toBeLessThan(0.012);
    expect(nominal.late).toBeGreaterThan(0.001);
    expect(nominal.late).toBeLessThan(0.03);
    expect(nominal.wrongClock).toBeGreaterThan(0.6);
    expect(nominal.offline).toBeGreaterThan(10);
    for (const name of ["repeats", "late", "offline"] as const) {
      expect(heavy[name], name).toBeGreaterThan(1.8 * nominal[name]);
    }
  });
});

describe("radars", () => {
  it("say on while somebody is in and off after the hold time where nothing is broken", () => {
    const world = site("dormitory", "none", 2);
    const holds = new Map(
      Site.parse(world.site).devices.map((device) => [device.space ?? "", (device.holdSeconds ?? 0) * 1000]),
    );
    const steps = new Map<string, [number, number][]>();
    for (const { space, at, present } of world.occupancy) {
      steps.set(space, [...(steps.get(space) ?? []), [Date.parse(at), present]]);
    }
    let checked = 0;
    for (const { device, kind, space, at } of world.readings) {
      if (!device.startsWith("RD-") || space === undefined) continue;
      const ms = Date.parse(at);
      const last = (steps.get(space) ?? []).findLast(([step]) => step <= ms);
      const inside = last?.[1] ?? 0;
      expect(inside > 0, `${device} ${at}`).toBe(kind === "presence.on");
      // Whoever leaves is out of sight a little before the doorway.
      if (kind === "presence.off") expect(ms - (last?.[0] ?? 0)).toBeGreaterThan((holds.get(space) ?? 0) - 2_000);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(50);
  });
});

describe("meters", () => {
  it("never run backwards where nothing is broken, and take more where more people live", () => {
    const used = new Map<number, number[]>();
    let backwards = 0;
    for (const seed of SEEDS) {
      const world = site("meters", "none", seed);
      const last = new Map<string, number>();
      const first = new Map<string, number>();
      for (const { device, kind, value = Number.NaN } of world.readings) {
        if (kind === "meter.powerW") continue;
        if (value < (last.get(device) ?? 0)) backwards += 1;
        last.set(device, value);
        if (!first.has(device)) first.set(device, value);
      }
      for (const [space, { residentsPerDay }] of Object.entries(world.truth.spaces)) {
        const residents = residentsPerDay.reduce((sum, n) => sum + n, 0) / 28;
        const litres = ((last.get(`WM-${space}`) ?? 0) - (first.get(`WM-${space}`) ?? 0)) / 28;
        const bin = residents < 1.5 ? 1 : residents < 3.5 ? 3 : 5;
        if (residents > 0.5) used.set(bin, [...(used.get(bin) ?? []), litres]);
      }
    }
    expect(backwards).toBe(0);
    const middle = (bin: number) => [...(used.get(bin) ?? [])].sort((a, b) => a - b)[(used.get(bin)?.length ?? 0) >> 1];
    expect(middle(3)).toBeGreaterThan(1.3 * (middle(1) ?? 0));
    expect(middle(5)).toBeGreaterThan(1.3 * (middle(3) ?? 0));
    expect(middle(1)).toBeGreaterThan(40);
    expect(middle(1)).toBeLessThan(260);
  });

  it("are set back or replaced now and then", () => {
    const falls = SEEDS.flatMap((seed) => {
      const last = new Map<string, number>();
      return [...site("meters", "heavy", seed).readings].filter(({ device, kind, value = 0 }) => {
        if (kind !== "meter.energyWh") return false;
        const fell = value < (last.get(device) ?? 0) - 2_000;
        last.set(device, value);
        return fell;
      });
    });
    expect(falls.length).toBeGreaterThan(0);
  });
});
