/** Which story a space plays: how many live there, from when until when, and how many of them the register knows. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, clamp, DAY_MS, lognormal, MINUTE_MS, reweigh, weighted } from "./draws.ts";
import type { SiteHabits } from "./habits.ts";
import type { Dwelling } from "./layout.ts";
import type { Family } from "./options.ts";

export const LAWFUL = [
  "single",
  "couple",
  "family",
  "flatmates",
  "full",
  "part",
  "partner",
  "change_legal",
  "vacant",
] as const;
export const UNLAWFUL = ["over_start", "sublet_mid", "evicted", "hotbed", "family_sub", "change_over"] as const;
export type ScenarioName = (typeof LAWFUL)[number] | (typeof UNLAWFUL)[number];

/** People who come and go at the same times. */
export interface Tenancy {
  readonly count: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly registered: boolean;
  readonly kin: boolean;
}

export interface Story {
  readonly scenario: ScenarioName;
  readonly limit: number;
  readonly registered: number;
  readonly familyExempt: boolean;
  readonly tenancies: readonly Tenancy[];
}

/** No unlawful stay is shorter. */
const SHORTEST_OVER_DAYS = 14;

export type ScenarioMix = Readonly<Record<ScenarioName, number>>;

/** Weights of one site's stories; the two halves are each weights among themselves. */
export function drawMix(random: Random, family: Family): ScenarioMix {
  return reweigh(random, family === "flats" ? FLATS : BUNKS, 0.35);
}

const FLATS: ScenarioMix = {
  single: 17,
  couple: 25,
  family: 11,
  flatmates: 14,
  full: 11,
  part: 0,
  partner: 7,
  change_legal: 6,
  vacant: 2.5,
  over_start: 17,
  sublet_mid: 17,
  evicted: 8,
  hotbed: 3,
  family_sub: 5,
  change_over: 3,
};
const BUNKS: ScenarioMix = {
  single: 0,
  couple: 0,
  family: 0,
  flatmates: 0,
  full: 26,
  part: 13,
  partner: 5,
  change_legal: 5,
  vacant: 2,
  over_start: 8,
  sublet_mid: 11,
  evicted: 3,
  hotbed: 1.5,
  family_sub: 0,
  change_over: 3,
};

export function drawStory(
  random: Random,
  dwelling: Dwelling,
  mix: ScenarioMix,
  habits: SiteHabits,
  days: number,
): Story {
  const over = random.chance(habits.overShare);
  const scenario = weighted(
    random,
    Object.fromEntries((over ? UNLAWFUL : LAWFUL).map((name) => [name, mix[name]])),
  ) as ScenarioName;
  return tell(random, scenario, dwelling, habits, days);
}

const always = (count: number, registered: boolean, kin = false): Tenancy => ({
  count,
  fromMs: Number.NEGATIVE_INFINITY,
  untilMs: Number.POSITIVE_INFINITY,
  registered,
  kin,
});

function tell(random: Random, scenario: ScenarioName, dwelling: Dwelling, habits: SiteHabits, days: number): Story {
  const { limit } = dwelling;
  const lawful = (count: number, tenancies?: Tenancy[], familyExempt = false, raised = limit): Story => ({
    scenario,
    limit: raised,
    registered: random.chance(habits.registeredMissing) ? Math.max(1, count - 1) : count,
    familyExempt,
    tenancies: tenancies ?? [always(count, true, familyExempt)],
  });
  switch (scenario) {
    case "vacant":
      return { scenario, limit, registered: 0, familyExempt: false, tenancies: [] };
    case "single":
      return lawful(1);
    case "couple":
      return lawful(Math.min(2, limit), [always(Math.min(2, limit), true, true)]);
    case "family": {
      const size = familySize(random, dwelling);
      return { ...lawful(size, undefined, true, Math.max(limit, size)), registered: size };
    }
    case "flatmates":
      return lawful(clamp(random.int(2, Math.max(2, limit - 1)), 1, limit));
    case "full":
      return { ...lawful(limit), registered: limit };
    case "part":
      return lawful(random.int(1, Math.max(1, limit - 1)));
    case "partner":
      return lawful(random.chance(0.5) ? Math.max(1, limit - random.int(0, 2)) : Math.min(limit, random.int(1, 2)));
    case "change_legal":
      return { ...change(random, dwelling, days, random.int(1, limit), 0), scenario };
    case "change_over":
      return { ...change(random, dwelling, days, random.int(1, limit), excess(random, habits, limit)), scenario };
    default:
      return unlawful(random, scenario, dwelling, habits, days);
  }
}

const familySize = (random: Random, dwelling: Dwelling): number =>
  dwelling.roomsM2.length === 1
    ? random.pick([3, 3, 3, 4])
    : random.pick([3, 3, 4, 4, 5, 6, 7].slice(0, dwelling.roomsM2.length * 2 + 1));

/** People too many: more where there is more room, one or two as a rule in a small flat. */
function excess(random: Random, habits: SiteHabits, limit: number): number {
  const wanted = Math.round(habits.excess * Math.sqrt(limit / 2) * lognormal(random, 1, 0.55));
  return clamp(wanted, 1, Math.max(2, Math.ceil(1.5 * limit)));
}

function unlawful(random: Random, scenario: ScenarioName, dwelling: Dwelling, habits: SiteHabits, days: number): Story {
  const kin = scenario === "family_sub";
  const base = kin ? familySize(random, dwelling) : 0;
  const limit = kin ? Math.max(dwelling.limit, base) : dwelling.limit;
  const first = kin
    ? base
    : scenario === "sublet_mid" || scenario === "hotbed"
      ? lawfulCount(random, limit)
      : random.int(1, limit);
  const more =
    limit -
    first +
    (kin
      ? excess(random, habits, 3)
      : scenario === "hotbed"
        ? random.int(1, Math.max(1, Math.ceil(limit / 2)))
        : excess(random, habits, limit));
  const fromStart =
    scenario === "over_start" ||
    scenario === "evicted" ||
    (kin && random.chance(0.6)) ||
    (scenario === "hotbed" && random.chance(0.3));
  const untilDay = scenario === "evicted" ? between(random, 0.33, 0.78) * days : Number.POSITIVE_INFINITY;
  const fromDay = fromStart ? Number.NEGATIVE_INFINITY : between(random, 0.15, 0.68) * days;
  return {
    scenario,
    limit,
    registered: first,
    familyExempt: kin,
    tenancies: [always(first, true, kin), ...arrivals(random, more, fromDay, untilDay, days)],
  };
}

const lawfulCount = (random: Random, limit: number): number =>
  random.chance(0.65) ? limit : Math.max(1, limit - random.int(1, 2));

/** People who come one after the other within days, at hours when one moves. */
function arrivals(random: Random, count: number, fromDay: number, untilDay: number, days: number): Tenancy[] {
  const latest = days - SHORTEST_OVER_DAYS - 0.5;
  const spread = between(random, 0.2, 4.5);
  return Array.from({ length: count }, () => {
    const day = Math.min(fromDay + between(random, 0, 1) * spread, latest);
    const end = Math.max(untilDay + between(random, 0, 1.6), SHORTEST_OVER_DAYS + 0.5);
    return {
      count: 1,
      fromMs: Number.isFinite(day) ? movingHour(random, day) : day,
      untilMs: Number.isFinite(end) ? movingHour(random, end) : end,
      registered: false,
      kin: false,
    };
  });
}

const movingHour = (random: Random, day: number): number =>
  Math.floor(day) * DAY_MS + Math.round(between(random, 7 * 60, 23 * 60 + 30) * MINUTE_MS);

/** The old tenants leave, the dwelling stands empty for days, new ones come. */
function change(random: Random, dwelling: Dwelling, days: number, old: number, extra: number): Omit<Story, "scenario"> {
  const { limit } = dwelling;
  const leaveDay = between(random, 0.18, 0.5) * days;
  const comeDay = Math.min(leaveDay + between(random, 3, 12), days - SHORTEST_OVER_DAYS - 3);
  const fresh = extra > 0 ? random.int(Math.max(1, limit - 3), limit) : random.int(1, limit);
  const leave = movingHour(random, Math.min(leaveDay, comeDay - 1));
  const come = movingHour(random, comeDay);
  const kept: Tenancy[] = [
    { count: old, fromMs: Number.NEGATIVE_INFINITY, untilMs: leave, registered: true, kin: old === 2 },
    { count: fresh, fromMs: come, untilMs: Number.POSITIVE_INFINITY, registered: true, kin: fresh === 2 },
  ];
  const more = extra > 0 ? limit - fresh + extra : 0;
  return {
    limit,
    registered: fresh,
    familyExempt: false,
    tenancies: [...kept, ...arrivals(random, more, comeDay + 0.4, Number.POSITIVE_INFINITY, days)],
  };
}
