/** What electricity and water meters of a dwelling read: base loads, cooking, bathing, laundry, cooling and heating by the weather, e-bikes, leaks. */
import type { Random } from "@gatehouse/protocol/testing";
import type { Calendar } from "./calendar.ts";
import { between, clamp, DAY_MS, HOUR_MS, lognormal, poisson, share } from "./draws.ts";
import type { Fact, Spell } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import type { Span } from "./radars.ts";
import { drawSpells, walker } from "./spells.ts";

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

interface HomeHabits extends MeterHabits {
  readonly cooks: boolean;
  readonly cooksW: number;
  readonly bathsWh: number;
  readonly bathL: number;
  readonly headW: number;
  readonly coolsBelowC: number;
  readonly warmsBelowC: number;
  readonly unitW: number;
  readonly frugal: number;
  readonly rooms: number;
  readonly bikes: number;
  readonly leakLh: number;
  readonly entertainW: number;
}

function drawHome(random: Random, site: MeterHabits, rooms: number, people: number): HomeHabits {
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
    coolsBelowC: random.chance(site.airConditioning) ? between(random, 25.5, 29) : 99,
    warmsBelowC: random.chance(site.airConditioning * 0.7) ? between(random, 4, 12) : -99,
    unitW: lognormal(random, 480, 0.25),
    frugal: share(random, 0.65, 0.8),
    rooms,
    bikes: Array.from({ length: people }, () => random.chance(site.electricBikes)).filter(Boolean).length,
    leakLh: random.chance(site.leaks) ? lognormal(random, 3, 0.9) : 0,
    entertainW: random.chance(0.4) ? lognormal(random, 140, 0.4) : 0,
  };
}

export interface MeterWorld {
  readonly calendar: Calendar;
  readonly faults: FaultRates;
  readonly periodMs: number;
  readonly power: boolean;
  readonly rooms: number;
  readonly people: number;
}

export interface MeterFacts {
  readonly energy: Fact[];
  readonly water: Fact[];
}

export function meterFacts(random: Random, site: MeterHabits, spans: readonly Span[], world: MeterWorld): MeterFacts {
  const { calendar, periodMs } = world;
  const home = drawHome(random, site, world.rooms, world.people);
  const reads = { energy: totals(random, world, 1), water: totals(random, world, 1) };
  const energy: Fact[] = [];
  const water: Fact[] = [];
  const offset = { energy: between(random, 0, periodMs * 0.2), water: between(random, 0, periodMs * 0.2) };
  const state = {
    laundryDue: random.exponential(home.laundryDays),
    bathed: 0,
    day: -1,
    bikes: 0,
    bikeFrom: 0,
    cool: 0,
    bathsToday: 0,
  };
  let span = 0;
  const endMs = calendar.days * DAY_MS;
  for (let fromMs = 0; fromMs + periodMs <= endMs; fromMs += periodMs) {
    while (span < spans.length - 1 && (spans[span] as Span).untilMs <= fromMs + periodMs / 2) span += 1;
    const present = Math.max(0, spans[span]?.present ?? 0);
    const used = usage(random, home, state, present, fromMs, world);
    const untilMs = fromMs + periodMs;
    energy.push({ atMs: untilMs + offset.energy, kind: "meter.energyWh", value: reads.energy(used.wh, untilMs) });
    if (world.power)
      energy.push({ atMs: untilMs + offset.energy + 40, kind: "meter.powerW", value: Math.round(used.nowW) });
    water.push({ atMs: untilMs + offset.water, kind: "meter.waterL", value: reads.water(used.litres, untilMs) });
  }
  return { energy, water };
}

interface HomeState {
  laundryDue: number;
  day: number;
  bathsToday: number;
  bikes: number;
  bikeFrom: number;
  cool: number;
}

/** What one period takes. */
function usage(
  random: Random,
  home: HomeHabits,
  state: HomeState,
  present: number,
  fromMs: number,
  world: MeterWorld,
): { wh: number; litres: number; nowW: number } {
  const hours = world.periodMs / HOUR_MS;
  const day = Math.floor(fromMs / DAY_MS);
  const hour = (fromMs - day * DAY_MS) / HOUR_MS;
  if (day !== state.day) newDay(random, home, state, day, present);
  const awake = hour >= 6.5 && hour < 23.2 ? 1 : hour < 1 ? 0.4 : 0.06;
  let watts = home.baseW * (1 + 0.15 * Math.sin(hour));
  let wh = 0;
  let litres = home.leakLh * hours;
  if (present > 0) {
    const dark = hour < 6.8 || hour > 17.8;
    watts +=
      awake *
      (home.headW * present ** 0.75 +
        (dark ? 22 * Math.min(home.rooms, present) : 4) +
        (hour > 18 ? home.entertainW : 0));
    watts += climate(random, home, state, present, hour, world.calendar.temperatureC(day));
    const draws = poisson(random, present * hours * awake * (home.litresPerHead / 105) * 0.55);
    for (let n = 0; n < draws; n++) litres += lognormal(random, 5.2, 0.5);
    const cooked = home.cooks ? meals(random, home, present, hour, hours) : { wh: 0, litres: 0 };
    const bathed = baths(random, home, state, present, hour, hours);
    wh += cooked.wh + bathed.wh;
    litres += cooked.litres + bathed.litres;
    if (state.laundryDue <= 0 && hour > 7 && hour < 22 && random.chance(0.25 * hours)) {
      litres += between(random, 55, 110);
      wh += between(random, 60, 250);
      state.laundryDue = random.exponential(home.laundryDays / present ** 0.6) + 0.4;
    }
  }
  if (state.bikes > 0 && fromMs >= state.bikeFrom) watts += 170 * state.bikes;
  if (fromMs > state.bikeFrom + 5 * HOUR_MS) state.bikes = 0;
  return { wh: wh + watts * hours, litres, nowW: watts + (wh > 0 && random.chance(0.5) ? wh / hours : 0) };
}

function newDay(random: Random, home: HomeHabits, state: HomeState, day: number, present: number): void {
  state.day = day;
  state.bathsToday = 0;
  state.laundryDue -= 1;
  state.cool = random.chance(home.frugal) ? 1 : 0;
  if (state.bikes === 0 && present > 0) {
    state.bikes = Array.from({ length: home.bikes }, () => random.chance(0.4)).filter(Boolean).length;
    state.bikeFrom = day * DAY_MS + between(random, 18, 23.5) * HOUR_MS;
  }
}

/** Air conditioning cools above and warms below what a home puts up with, a unit a room in use. */
function climate(
  random: Random,
  home: HomeHabits,
  state: HomeState,
  present: number,
  hour: number,
  meanC: number,
): number {
  const nowC = meanC + 3.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
  const units = Math.min(home.rooms, Math.ceil(present / 2));
  const hot = nowC - home.coolsBelowC + (hour > 21 || hour < 6 ? 1.5 : 0);
  if (hot > 0) return units * home.unitW * clamp(0.25 + 0.12 * hot, 0, 1) * between(random, 0.6, 1.2);
  const cold = home.warmsBelowC - nowC;
  if (cold > 0 && state.cool === 0 && hour > 6 && hour < 23)
    return units * home.unitW * clamp(0.4 + 0.1 * cold, 0, 1.4);
  return 0;
}

function meals(
  random: Random,
  home: HomeHabits,
  present: number,
  hour: number,
  hours: number,
): { wh: number; litres: number } {
  const perHour =
    hour >= 6.3 && hour < 8.5 ? 0.25 : hour >= 11 && hour < 12.8 ? 0.4 : hour >= 17.3 && hour < 19.8 ? 0.42 : 0.01;
  if (!random.chance(clamp(perHour * hours * (1 - home.eatingOut) * 1.6, 0, 1))) return { wh: 0, litres: 0 };
  const heads = present ** 0.5;
  return { wh: home.cooksW * between(random, 0.2, 0.6) * heads, litres: between(random, 4, 14) * heads };
}

function baths(
  random: Random,
  home: HomeHabits,
  state: HomeState,
  present: number,
  hour: number,
  hours: number,
): { wh: number; litres: number } {
  const perHead = hour >= 20 && hour < 23.5 ? 0.3 : hour >= 6 && hour < 9 ? 0.07 : hour >= 17 ? 0.06 : 0.006;
  let wh = 0;
  let litres = 0;
  for (let n = poisson(random, perHead * present * hours); n > 0 && state.bathsToday < present * 1.3; n--) {
    state.bathsToday += 1;
    wh += home.bathsWh * between(random, 0.6, 1.4);
    litres += home.bathL * (home.litresPerHead / 105) * between(random, 0.5, 1.6);
  }
  return { wh, litres };
}

/** A running total with its troubles: set back to zero, another meter put in, a spell in which it stands still. */
function totals(random: Random, world: MeterWorld, unit: number): (amount: number, atMs: number) => number {
  const { faults, calendar } = world;
  let total = between(random, 100, 60_000);
  const days = calendar.days;
  const still = walker(drawSpells(random, faults.meterSpells * 0.4, days, (r) => lognormal(r, 20, 0.8) * HOUR_MS));
  const changes: Spell[] = drawSpells(random, faults.meterSpells * 0.6, days, () => 1);
  let next = 0;
  let shown = total;
  return (amount, atMs) => {
    while (next < changes.length && (changes[next]?.[0] ?? 0) <= atMs) {
      total = random.chance(0.5) ? 0 : between(random, 0, 9_000);
      next += 1;
    }
    total += amount;
    if (still(atMs) === undefined) shown = total;
    return Math.floor(shown / unit) * unit;
  };
}
