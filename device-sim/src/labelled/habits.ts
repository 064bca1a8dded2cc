/** What the people of one site have in common: drawn once a site from broad ranges, so that no two sites live alike. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal, reweigh, share } from "./draws.ts";
import type { Family, PeopleWorld } from "./options.ts";

export type Work = "day" | "late" | "shift" | "night" | "home" | "gig" | "child" | "site";

/** How a household comes by keys for those who are not registered. */
export type KeyStyle = "own" | "mixed" | "shared";

export interface SiteHabits {
  /** Middle of the morning rush and its spread between people, minutes. */
  readonly workStartMin: number;
  readonly workStartSpreadMin: number;
  /** Hours from leaving home to coming back on a work day. */
  readonly workHours: number;
  readonly sixDayWeek: number;
  readonly works: Readonly<Record<Exclude<Work, "child" | "site">, number>>;
  /** Further trips after work or on free days, a person and day. */
  readonly outings: number;
  /** Trips within the building (washroom, kitchen, neighbours), a person and day. */
  readonly nearTrips: number;
  readonly lunchAtHome: number;
  /** Chance a day that somebody begins an absence of several nights. */
  readonly absence: number;
  readonly weekendAway: number;
  readonly holidayAway: number;
  readonly together: number;
  /** Groups of visitors a household and day. */
  readonly visits: number;
  readonly overnight: number;
  readonly parties: number;
  readonly partnerNights: number;
  readonly deliveries: number;
  readonly cleanedHouseholds: number;
  /** Chance that somebody who comes in shows a key when nobody opens from inside. */
  readonly cardDiscipline: number;
  readonly letIn: number;
  readonly spareKeys: number;
  readonly keyStyles: Readonly<Record<KeyStyle, number>>;
  readonly visitorKeys: number;
  /** Doors propped open, eight openings. */
  readonly propped: number;
  /** Door opened and closed without anybody passing, a passage. */
  readonly idleOpenings: number;
  readonly overShare: number;
  /** Of those over the limit: how many more than allowed where two may live; larger homes take more. */
  readonly excess: number;
  readonly registeredMissing: number;
  /** Chance that an over-full household takes care not to be seen. */
  readonly evasive: number;
}

export function siteHabits(random: Random, family: Family, people: PeopleWorld): SiteHabits {
  const social = people === "social" ? 1 : 0;
  const evasive = people === "evasive" ? 1 : 0;
  const flats = family === "flats";
  return {
    workStartMin: family === "construction" ? between(random, 340, 405) : between(random, 462, 525),
    workStartSpreadMin: family === "construction" ? between(random, 6, 25) : between(random, 18, 48),
    workHours: lognormal(random, family === "construction" ? 12 : 10.7, 0.06),
    sixDayWeek: share(random, flats ? 0.25 : family === "dormitory" ? 0.6 : 0.92, 0.7),
    works: reweigh(random, WORKS[family], 0.5),
    outings: lognormal(random, flats ? 0.26 : 0.22, 0.35),
    nearTrips: flats ? 0 : lognormal(random, family === "construction" ? 4.9 : 5.6, 0.25),
    lunchAtHome: family === "construction" ? share(random, 0.75, 0.6) : share(random, 0.06, 0.6),
    absence: lognormal(random, family === "construction" ? 0.006 : 0.01, 0.5),
    weekendAway: share(random, family === "construction" ? 0.02 : 0.07, 0.5),
    holidayAway: share(random, 0.3, 0.8),
    together: share(random, 0.25, 0.6),
    visits: lognormal(random, flats ? 0.2 : family === "dormitory" ? 0.12 : 0.06, 0.5) * (1 + 4 * social),
    overnight: lognormal(random, family === "construction" ? 0.008 : 0.024, 0.5) * (1 + 4 * social),
    parties: lognormal(random, 0.004, 0.8) * (1 + 6 * social),
    partnerNights: between(random, 0.15, 0.5),
    deliveries: lognormal(random, flats ? 0.3 : 0.03, 0.5),
    cleanedHouseholds: flats ? share(random, 0.06, 0.5) : 0,
    cardDiscipline: share(random, evasive ? 0.8 : 0.975, 0.4),
    letIn: share(random, evasive ? 0.25 : 0.05, 0.4),
    spareKeys: share(random, 0.18, 0.5),
    keyStyles: reweigh(random, evasive ? EVASIVE_KEYS : family === "construction" ? GATE_KEYS : KEYS, 0.4),
    visitorKeys: family === "construction" ? 0 : share(random, 0.42, 0.7),
    propped: lognormal(random, 0.012, 0.6) * (1 + 5 * evasive),
    idleOpenings: lognormal(random, flats ? 0.025 : 0.004, 0.6),
    overShare: share(random, 0.36, 0.45),
    excess: lognormal(random, flats ? 1.3 : 1.6, 0.22),
    registeredMissing: share(random, 0.1, 0.5),
    evasive: evasive ? share(random, 0.85, 0.4) : share(random, 0.06, 0.8),
  };
}

const KEYS = { own: 5, mixed: 3, shared: 3 };
/** At a gate nobody passes without a card: those who have none borrow one. */
const GATE_KEYS = { own: 0.6, mixed: 3, shared: 4 };
const EVASIVE_KEYS = { own: 0.5, mixed: 2, shared: 6 };

const WORKS = {
  flats: { day: 54, late: 17, shift: 5, night: 5, home: 13, gig: 8 },
  dormitory: { day: 42, late: 9, shift: 32, night: 13, home: 1, gig: 3 },
  construction: { day: 90, late: 1, shift: 1.5, night: 6, home: 1, gig: 0.5 },
} as const;
