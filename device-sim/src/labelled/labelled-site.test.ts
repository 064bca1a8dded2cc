import { Pseudonym, parseReading, Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "./draws.ts";
import { type LabelledSite, labelledSite } from "./labelled-site.ts";
import { LABELLED_KINDS, type LabelledOptions } from "./options.ts";
import { UNLAWFUL } from "./scenarios.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const UNLAWFUL_NAMES: readonly string[] = UNLAWFUL;
const small = (options: Partial<LabelledOptions> & Pick<LabelledOptions, "kind">): LabelledSite =>
  labelledSite({ seed: 1, days: 28, spaces: 8, ...options });
const text = (site: LabelledSite): string =>
  JSON.stringify([site.site, site.truth, [...site.readings], [...site.occupancy]]);

/** People present by space: true steps as `[ms from the start, present]`. */
function stepsOf(site: LabelledSite): Map<string, [number, number][]> {
  const startMs = Date.parse(site.truth.start);
  const steps = new Map<string, [number, number][]>();
  for (const { space, at, present } of site.occupancy) {
    const list = steps.get(space) ?? [];
    list.push([Date.parse(at) - startMs, present]);
    steps.set(space, list);
  }
  return steps;
}

describe("a labelled site", () => {
  it.each(LABELLED_KINDS)("is the same for the same options and another for another seed: %s", (kind) => {
    const tiny = { kind, days: 21, spaces: 4 };
    const one = text(labelledSite({ ...tiny, seed: 7 }));
    expect(text(labelledSite({ ...tiny, seed: "7" })) === one).toBe(true);
    expect(text(labelledSite({ ...tiny, seed: 8 })) === one).toBe(false);
  });

  it.each(LABELLED_KINDS)("has a site file and readings the schemas accept, in order of arrival: %s", (kind) => {
    const { site, readings, count, truth } = small({ kind, days: 21, spaces: 5 });
    const parsed = Site.parse(site);
    const devices = new Map(parsed.devices.map((device) => [device.id, device]));
    const endMs = Date.parse(truth.start) + truth.days * DAY_MS;
    const speaking = new Set<string>();
    const wrong: unknown[] = [];
    let lastMs = Date.parse(truth.start);
    let seen = 0;
    for (const reading of readings) {
      const device = devices.get(reading.device);
      const arrivedMs = Date.parse(reading.receivedAt);
      const inOrder = arrivedMs >= lastMs && arrivedMs < endMs;
      const placed = device?.portal === reading.portal && device?.space === reading.space;
      const masked = reading.credential === undefined || Pseudonym.safeParse(reading.credential).success;
      if (!inOrder || !placed || !masked || !parseReading(reading).ok) wrong.push(reading);
      lastMs = arrivedMs;
      speaking.add(reading.device);
      seen += 1;
    }
    expect(wrong).toEqual([]);
    expect(seen).toBe(count);
    expect(speaking.size).toBe(devices.size);
  });

  it("has the same people whatever the sensors", () => {
    const few = { seed: 9, days: 21, spaces: 5 };
    const compound = labelledSite({ kind: "compound", ...few });
    for (const kind of ["lock-only", "all-sensors", "meters"] as const) {
      const other = labelledSite({ kind, ...few });
      expect(other.truth, kind).toEqual(compound.truth);
      expect([...other.occupancy], kind).toEqual([...compound.occupancy]);
      expect(other.site.spaces, kind).toEqual(compound.site.spaces);
      expect(other.site.devices, kind).not.toEqual(compound.site.devices);
    }
  });

  it("takes days, spaces and sensors as asked, and names an option that makes no sense", () => {
    const site = small({ kind: "dormitory", days: 30, spaces: 6, sensors: ["radar"] });
    expect(site.truth.days).toBe(30);
    expect(Object.keys(site.truth.spaces)).toHaveLength(6);
    expect(new Set(Site.parse(site.site).devices.map(({ kind }) => kind))).toEqual(new Set(["presence"]));
    expect(() => small({ kind: "compound", days: 3 })).toThrow(/labelled\.days/);
    expect(() => small({ kind: "castle" as "compound" })).toThrow(/labelled\.kind/);
  });
});

describe("the truth", () => {
  it("counts nobody twice: people come and go one by one, and never fewer than none are inside", () => {
    for (const kind of ["compound", "dormitory", "construction"] as const) {
      for (const people of ["nominal", "social", "evasive"] as const) {
        const site = small({ kind, people, days: 21, spaces: 5 });
        const steps = stepsOf(site);
        expect([...steps.keys()]).toEqual(Object.keys(site.truth.spaces));
        for (const [space, list] of steps) {
          expect(list[0]?.[0], space).toBe(0);
          const presents = list.map(([, present]) => present);
          expect(Math.min(...presents), space).toBeGreaterThanOrEqual(0);
          expect(
            presents.slice(1).every((present, n) => Math.abs(present - (presents[n] ?? 0)) === 1),
            space,
          ).toBe(true);
        }
      }
    }
  });

  it("agrees with itself: over at noon exactly on the days with more residents than the limit", () => {
    const spaces = SEEDS.flatMap((seed) =>
      (["compound", "dormitory", "construction"] as const).map((kind) => small({ kind, seed }).truth),
    );
    let over = 0;
    for (const { start, days, spaces: truths } of spaces) {
      const startMs = Date.parse(start);
      for (const [id, { limit, overLimit, registered, residentsPerDay, scenario }] of Object.entries(truths)) {
        const spans = overLimit.map((one) => ({
          from: Date.parse(one.start) - startMs,
          until: one.end === null ? days * DAY_MS : Date.parse(one.end) - startMs,
          most: one.maxResidents,
        }));
        expect(residentsPerDay, id).toHaveLength(days);
        const byNoon = residentsPerDay.map((_, day) =>
          spans.find(({ from, until }) => from <= (day + 0.5) * DAY_MS && (day + 0.5) * DAY_MS < until),
        );
        expect(
          residentsPerDay.map((residents) => residents > limit),
          id,
        ).toEqual(byNoon.map((span) => span !== undefined));
        expect(
          residentsPerDay.every((residents, day) => residents <= (byNoon[day]?.most ?? limit)),
          id,
        ).toBe(true);
        // Two weeks, give or take the hours at which one moves.
        for (const { from, until } of spans) expect(until - from, id).toBeGreaterThan(13.4 * DAY_MS);
        expect(overLimit.length > 0, `${id} ${scenario}`).toBe(UNLAWFUL_NAMES.includes(scenario));
        expect(registered, id).toBeLessThanOrEqual(limit);
        if (overLimit.length > 0) over += 1;
      }
    }
    const share = over / (spaces.length * 8);
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.45);
  });

  it("sleeps at home most nights, and away often enough that one night proves nothing", () => {
    const ratios = SEEDS.flatMap((seed) => {
      const site = small({ kind: "compound", seed });
      const steps = stepsOf(site);
      return Object.entries(site.truth.spaces).flatMap(([space, { residentsPerDay }]) =>
        residentsPerDay.flatMap((residents, day) => {
          if (residents === 0) return [];
          const list = steps.get(space) ?? [];
          const night = list.findLast(([ms]) => ms <= (day + 3 / 24) * DAY_MS);
          return [(night?.[1] ?? 0) / residents];
        }),
      );
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    expect(mean).toBeGreaterThan(0.78);
    expect(mean).toBeLessThan(0.98);
  });
});

describe("those who hide", () => {
  it("wait for one another at the door only as long as their next way out allows", () => {
    const sites = [33, 7, 8].map((seed) =>
      labelledSite({ kind: "compound", people: "evasive", days: 70, spaces: 12, sensors: ["counter"], seed }),
    );
    for (const site of sites) expect(Math.min(...[...site.occupancy].map(({ present }) => present))).toBe(0);
  });
});

describe("the people of a world", () => {
  /** Nights on which more were inside than live there, and keys a resident and week. */
  function habitsOf(people: "nominal" | "social" | "evasive") {
    let crowded = 0;
    let nights = 0;
    let keys = 0;
    let weeks = 0;
    for (const seed of SEEDS) {
      const site = small({ kind: "compound", people, seed });
      const steps = stepsOf(site);
      const startMs = Date.parse(site.truth.start);
      const shown = new Map<string, Set<string>>();
      for (const { kind, portal, credential, receivedAt } of site.readings) {
        if (kind !== "access.granted" || credential === undefined) continue;
        const week = Math.floor((Date.parse(receivedAt) - startMs) / (7 * DAY_MS));
        const name = `${portal}/${week}`;
        shown.set(name, (shown.get(name) ?? new Set()).add(credential));
      }
      for (const [space, { residentsPerDay, overLimit }] of Object.entries(site.truth.spaces)) {
        const list = steps.get(space) ?? [];
        residentsPerDay.forEach((residents, day) => {
          const inside = list.findLast(([ms]) => ms <= (day + 20.5 / 24) * DAY_MS)?.[1] ?? 0;
          if (residents === 0) return;
          nights += 1;
          if (inside > residents) crowded += 1;
        });
        if (overLimit.length === 0) continue;
        for (let week = 0; week < 4; week++) {
          const residents = residentsPerDay[week * 7 + 3] ?? 0;
          if (residents === 0) continue;
          weeks += 1;
          keys += (shown.get(`D-${space}/${week}`)?.size ?? 0) / residents;
        }
      }
    }
    return { crowded: crowded / nights, keys: keys / weeks };
  }

  it("have many more guests where they are social, and fewer keys than heads where they hide", () => {
    const nominal = habitsOf("nominal");
    const social = habitsOf("social");
    const evasive = habitsOf("evasive");
    expect(social.crowded).toBeGreaterThan(2 * nominal.crowded);
    expect(nominal.crowded).toBeGreaterThan(0.01);
    expect(evasive.keys).toBeLessThan(0.75 * nominal.keys);
  });
});
