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
  /** Doors propped open, a door and day. */
  readonly propped: number;
  /** Door opened and closed without anybody passing, a passage. */
  readonly idleOpenings: number;
  readonly overShare: number;
  /** Of those over the limit: how many more than allowed, as a mean. */
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
    workStartMin: family === "construction" ? between(random, 330, 420) : between(random, 420, 530),
    workStartSpreadMin: family === "construction" ? between(random, 8, 35) : between(random, 20, 75),
    workHours: lognormal(random, 10.6, 0.09),
    sixDayWeek: share(random, flats ? 0.25 : 0.6, 0.8),
    works: reweigh(random, WORKS[family], 0.5),
    outings: lognormal(random, flats ? 0.75 : 0.5, 0.35),
    nearTrips: flats ? 0 : lognormal(random, family === "construction" ? 3.4 : 5, 0.28),
    lunchAtHome: family === "construction" ? share(random, 0.6, 0.8) : share(random, 0.06, 0.6),
    absence: lognormal(random, 0.012, 0.6),
    weekendAway: share(random, 0.08, 0.6),
    holidayAway: share(random, 0.3, 0.8),
    together: share(random, 0.25, 0.6),
    visits: lognormal(random, flats ? 0.14 : 0.1, 0.6) * (1 + 4 * social),
    overnight: lognormal(random, 0.012, 0.7) * (1 + 4 * social),
    parties: lognormal(random, 0.004, 0.8) * (1 + 6 * social),
    partnerNights: between(random, 0.15, 0.5),
    deliveries: lognormal(random, flats ? 0.35 : 0.12, 0.5),
    cleanedHouseholds: flats ? share(random, 0.06, 0.5) : 0,
    cardDiscipline: share(random, evasive ? 0.75 : 0.94, 0.5),
    letIn: share(random, evasive ? 0.3 : 0.12, 0.5),
    spareKeys: share(random, 0.18, 0.5),
    keyStyles: reweigh(random, evasive ? EVASIVE_KEYS : KEYS, 0.4),
    visitorKeys: share(random, 0.3, 0.9),
    propped: lognormal(random, 0.008, 0.7) * (1 + 5 * evasive),
    idleOpenings: lognormal(random, flats ? 0.08 : 0.05, 0.5),
    overShare: share(random, 0.36, 0.45),
    excess: lognormal(random, 2, 0.25),
    registeredMissing: share(random, 0.1, 0.5),
    evasive: evasive ? share(random, 0.85, 0.4) : share(random, 0.06, 0.8),
  };
}

const KEYS = { own: 5, mixed: 3, shared: 3 };
const EVASIVE_KEYS = { own: 0.5, mixed: 2, shared: 6 };

const WORKS = {
  flats: { day: 60, late: 14, shift: 8, night: 5, home: 6, gig: 7 },
  dormitory: { day: 46, late: 10, shift: 30, night: 9, home: 1, gig: 4 },
  construction: { day: 80, late: 3, shift: 6, night: 9, home: 1, gig: 1 },
} as const;
