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

/** Medians and spreads that depend on what kind of place it is. */
interface FamilyHabits {
  readonly start: readonly [number, number];
  readonly startSpread: readonly [number, number];
  readonly hours: number;
  readonly sixDays: number;
  readonly works: SiteHabits["works"];
  readonly outings: number;
  readonly nearTrips: number;
  readonly lunchAtHome: number;
  readonly absence: number;
  readonly weekendAway: number;
  readonly visits: number;
  readonly overnight: number;
  readonly deliveries: number;
  readonly idleOpenings: number;
  readonly excess: number;
  readonly keys: Readonly<Record<KeyStyle, number>>;
}

const FAMILY: Readonly<Record<Family, FamilyHabits>> = {
  flats: {
    start: [462, 525],
    startSpread: [18, 48],
    hours: 10.7,
    sixDays: 0.25,
    works: { day: 54, late: 17, shift: 5, night: 5, home: 13, gig: 8 },
    outings: 0.26,
    nearTrips: 0,
    lunchAtHome: 0.06,
    absence: 0.01,
    weekendAway: 0.07,
    visits: 0.2,
    overnight: 0.027,
    deliveries: 0.3,
    idleOpenings: 0.025,
    excess: 1.25,
    keys: { own: 5, mixed: 3, shared: 3 },
  },
  dormitory: {
    start: [462, 525],
    startSpread: [18, 48],
    hours: 10.7,
    sixDays: 0.6,
    works: { day: 42, late: 9, shift: 32, night: 13, home: 1, gig: 3 },
    outings: 0.22,
    nearTrips: 5.6,
    lunchAtHome: 0.06,
    absence: 0.01,
    weekendAway: 0.07,
    visits: 0.12,
    overnight: 0.024,
    deliveries: 0.03,
    idleOpenings: 0.004,
    excess: 1.5,
    keys: { own: 5, mixed: 3, shared: 3 },
  },
  construction: {
    start: [340, 405],
    startSpread: [6, 25],
    hours: 12,
    sixDays: 0.92,
    works: { day: 90, late: 1, shift: 1.5, night: 6, home: 1, gig: 0.5 },
    outings: 0.22,
    nearTrips: 4.9,
    lunchAtHome: 0.75,
    absence: 0.006,
    weekendAway: 0.02,
    visits: 0.06,
    overnight: 0.005,
    deliveries: 0.03,
    idleOpenings: 0.004,
    excess: 1.45,
    // At a gate nobody passes without a card: those who have none borrow one.
    keys: { own: 0.6, mixed: 3, shared: 4 },
  },
};

export function siteHabits(random: Random, family: Family, people: PeopleWorld): SiteHabits {
  const social = people === "social" ? 1 : 0;
  const usual = FAMILY[family];
  const habits: SiteHabits = {
    workStartMin: between(random, ...usual.start),
    workStartSpreadMin: between(random, ...usual.startSpread),
    workHours: lognormal(random, usual.hours, 0.06),
    sixDayWeek: share(random, usual.sixDays, 0.7),
    works: reweigh(random, usual.works, 0.5),
    outings: lognormal(random, usual.outings, 0.35),
    nearTrips: lognormal(random, usual.nearTrips, 0.25),
    lunchAtHome: share(random, usual.lunchAtHome, 0.6),
    absence: lognormal(random, usual.absence, 0.5),
    weekendAway: share(random, usual.weekendAway, 0.5),
    holidayAway: share(random, 0.3, 0.8),
    together: share(random, 0.25, 0.6),
    visits: lognormal(random, usual.visits, 0.5) * (1 + 4 * social),
    overnight: lognormal(random, usual.overnight, 0.5) * (1 + 4 * social),
    parties: lognormal(random, 0.004, 0.8) * (1 + 6 * social),
    partnerNights: between(random, 0.15, 0.5),
    deliveries: lognormal(random, usual.deliveries, 0.5),
    cleanedHouseholds: family === "flats" ? share(random, 0.06, 0.5) : 0,
    cardDiscipline: share(random, 0.975, 0.4),
    letIn: share(random, 0.05, 0.4),
    spareKeys: share(random, 0.18, 0.5),
    keyStyles: reweigh(random, usual.keys, 0.4),
    visitorKeys: family === "construction" ? 0 : share(random, 0.42, 0.7),
    propped: lognormal(random, 0.012, 0.6),
    idleOpenings: lognormal(random, usual.idleOpenings, 0.6),
    overShare: share(random, 0.36, 0.45),
    excess: lognormal(random, usual.excess, 0.22),
    registeredMissing: share(random, 0.1, 0.5),
    evasive: share(random, 0.06, 0.8),
  };
  return people === "evasive" ? evade(random, habits) : habits;
}

/** Tenants who do not want to be counted: one card for all, in together, doors left open. */
function evade(random: Random, habits: SiteHabits): SiteHabits {
  return {
    ...habits,
    cardDiscipline: share(random, 0.8, 0.4),
    letIn: share(random, 0.25, 0.4),
    keyStyles: reweigh(random, { own: 0.5, mixed: 2, shared: 6 }, 0.4),
    propped: 6 * habits.propped,
    evasive: share(random, 0.85, 0.4),
  };
}
