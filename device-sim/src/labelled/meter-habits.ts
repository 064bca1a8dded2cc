/** Habits of using electricity and water: those a site shares, and how a home differs. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal, share } from "./draws.ts";

/** Habits of using energy and water that the homes of a site share. */
export interface MeterHabits {
  readonly baseW: number;
  readonly litresPerHead: number;
  readonly electricCooking: number;
  readonly electricBathing: number;
  readonly airConditioning: number;
  readonly electricBikes: number;
  readonly laundryDays: number;
  readonly eatingOut: number;
  readonly leaks: number;
}

export function drawMeterHabits(random: Random): MeterHabits {
  return {
    baseW: lognormal(random, 42, 0.35),
    litresPerHead: lognormal(random, 105, 0.28),
    electricCooking: share(random, 0.5, 1),
    electricBathing: share(random, 0.5, 1),
    airConditioning: share(random, 0.7, 0.7),
    electricBikes: share(random, 0.3, 0.9),
    laundryDays: between(random, 1.5, 4.5),
    eatingOut: share(random, 0.35, 0.7),
    leaks: share(random, 0.05, 0.6),
  };
}

export interface HomeHabits extends MeterHabits {
  readonly cooks: boolean;
  readonly cooksW: number;
  readonly bathsWh: number;
  readonly bathL: number;
  readonly headW: number;
  readonly coolsAboveC: number;
  readonly warmsBelowC: number;
  readonly unitW: number;
  readonly frugal: number;
  readonly rooms: number;
  readonly bikes: number;
  readonly leakLh: number;
  readonly entertainW: number;
}

export function drawHome(random: Random, site: MeterHabits, rooms: number, people: number): HomeHabits {
  return {
    ...site,
    baseW: lognormal(random, site.baseW, 0.45),
    litresPerHead: lognormal(random, site.litresPerHead, 0.3),
    laundryDays: lognormal(random, site.laundryDays, 0.3),
    eatingOut: share(random, site.eatingOut, 1),
    cooks: random.chance(0.8),
    cooksW: random.chance(site.electricCooking) ? between(random, 900, 1_900) : between(random, 60, 250),
    bathsWh: random.chance(site.electricBathing) ? lognormal(random, 700, 0.3) : 15,
    bathL: lognormal(random, 34, 0.3),
    headW: lognormal(random, 26, 0.4),
    coolsAboveC: random.chance(site.airConditioning) ? between(random, 25.5, 29) : 99,
    warmsBelowC: random.chance(site.airConditioning * 0.7) ? between(random, 4, 12) : -99,
    unitW: lognormal(random, 480, 0.25),
    frugal: share(random, 0.65, 0.8),
    rooms,
    bikes: Array.from({ length: people }, () => random.chance(site.electricBikes)).filter(Boolean).length,
    leakLh: random.chance(site.leaks) ? lognormal(random, 3, 0.9) : 0,
    entertainW: random.chance(0.4) ? lognormal(random, 140, 0.4) : 0,
  };
}
