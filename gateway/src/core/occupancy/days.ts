/** What each day of a space came to: its diary and its smoothed head count added up from one night's end to the next. */
import { DAYS, type Diary, gaugeIn, HOURS, hasRing, livedFrom, type Rings, ringsOf } from "./diary.ts";
import { enteredAt, isCounted, isStill, leftAt } from "./hours.ts";
import { hasCards, type Role, type Roster, usesOn } from "./roster.ts";
import type { Smoothed } from "./smoother.ts";

/** Figures of one day. NaN: not known that day. Persons, passages, or the unit the name says. */
export const FIGURES = [
  "night",
  "nightSd",
  "high",
  "low",
  "range",
  "empty",
  "home",
  "noon",
  "in",
  "out",
  "grants",
  "opens",
  "morningOut",
  "eveningIn",
  "nightMoves",
  "uncarded",
  "twice",
  "cards",
  "uses",
  "onNight",
  "onDay",
  "seen",
  "water",
  "waterMorning",
  "waterHours",
  "waterOver",
  "waterEvening",
  "waterNight",
  "baths",
  "draws",
  "nightDraws",
  "energy",
  "energyBase",
  "energyEvening",
  "counterWorks",
] as const;
export type Figure = (typeof FIGURES)[number];

/** Those that come from the smoothed head count: the first rows of the table. */
export const HEADS = ["night", "nightSd", "high", "low", "range", "empty", "home", "noon"] as const satisfies Figure[];

/** The figures of HEADS on the days kept, to thousandths: by `day % DAYS`, one after the other; NaN: not known. */
export type HeadDays = Float64Array;

/** One row a figure, one column a day; the last column is the day that ended last. */
export type DayTable = { readonly [F in Figure]: Float64Array };

const cells = new Float64Array(FIGURES.length * DAYS);
const table = Object.fromEntries(
  FIGURES.map((figure, row) => [figure, cells.subarray(row * DAYS, (row + 1) * DAYS)] as const),
) as DayTable;

/** Hours after local midnight: when people sleep, leave, come home. */
const SLEEP = [0, 5] as const;
const MORNING = [4, 11] as const;
const NOON = [10, 16] as const;
const EVENING = [16, 24] as const;

/**
 * Days `lastDay - DAYS + 1` to `lastDay`, each from `cutHour` of the day before to `cutHour`. Days before the diary's first whole one are NaN.
 * Of days before those smoothed it is `known` what they came to. The table stands until the next call.
 */
export function dayTable(
  diary: Diary,
  roster: Roster,
  smoothed: Smoothed,
  known: { readonly day: number; readonly heads: HeadDays } | undefined,
  lastDay: number,
  cutHour: number,
  worksOn: (day: number) => boolean,
): DayTable {
  cells.fill(Number.NaN);
  const rings = ringsOf(diary);
  const told = toldBy(rings);
  for (let column = 0; column < DAYS; column++) {
    const day = lastDay - DAYS + 1 + column;
    if (day <= livedFrom(diary)) continue;
    const fromHour = (day - 1) * 24 + cutHour;
    if (fromHour >= smoothed.fromHour) heads(table, column, smoothed, fromHour, day);
    else if (known === undefined || day > known.day || day <= known.day - DAYS) continue;
    else
      for (let row = 0; row < HEADS.length; row++)
        cells[row * DAYS + column] = known.heads[placeOf(day, row)] as number;
    traffic(table, column, rings, told, fromHour, worksOn);
    presence(table, column, rings, fromHour);
    meters(table, column, rings, fromHour);
    cards(table, column, roster, day);
    table.counterWorks[column] = worksOn(day) ? 1 : 0;
  }
  return table;
}

const placeOf = (day: number, row: number): number => (day % DAYS) * HEADS.length + row;

/** What the next mornings may go by. */
export function headDays(table: DayTable, lastDay: number): HeadDays {
  const days = new Float64Array(DAYS * HEADS.length);
  for (let row = 0; row < HEADS.length; row++) {
    const figures = table[HEADS[row] as (typeof HEADS)[number]];
    for (let column = 0; column < DAYS; column++)
      days[placeOf(lastDay - DAYS + 1 + column, row)] = Math.round((figures[column] as number) * 1_000) / 1_000;
  }
  return days;
}

const within = (ofDay: number, [from, to]: readonly [number, number]) => ofDay >= from && ofDay < to;

function heads(table: DayTable, column: number, smoothed: Smoothed, fromHour: number, day: number): void {
  let high = 0;
  let low = Number.POSITIVE_INFINITY;
  let [empty, home, noon] = [0, 0, 0];
  for (let hour = fromHour; hour < fromHour + 24; hour++) {
    const mean = smoothed.mean[hour - smoothed.fromHour] ?? 0;
    high = Math.max(high, mean);
    low = Math.min(low, mean);
    if (mean < 0.5) empty += 1;
    home += mean / 24;
    if (within(hour % 24, NOON)) noon += mean / (NOON[1] - NOON[0]);
  }
  const three = day * 24 + 2 - smoothed.fromHour;
  table.night[column] = smoothed.mean[three] ?? Number.NaN;
  table.nightSd[column] = smoothed.sd[three] ?? Number.NaN;
  table.high[column] = high;
  table.low[column] = low;
  table.range[column] = high - low;
  table.empty[column] = empty;
  table.home[column] = home;
  table.noon[column] = noon;
}

function traffic(
  table: DayTable,
  column: number,
  rings: Rings,
  told: Told,
  fromHour: number,
  worksOn: (day: number) => boolean,
): void {
  let [allIn, allOut, allGrants, allOpens] = [0, 0, 0, 0];
  let [morningOut, eveningIn, nightMoves, uncarded, twice] = [0, 0, 0, 0, 0];
  const midnight = Math.ceil(fromHour / 24) * 24;
  const [worksBefore, worksAfter] = [worksOn(Math.floor(fromHour / 24)), worksOn(midnight / 24)];
  for (let hour = fromHour; hour < fromHour + 24; hour++) {
    const slot = hour % HOURS;
    twice += rings.twice[slot] as number;
    if (isStill(rings, slot)) continue;
    const ofDay = hour % 24;
    const counted = isCounted(rings, slot, hour < midnight ? worksBefore : worksAfter);
    const grants = rings.grants[slot] as number;
    const entered = enteredAt(rings, slot, counted);
    const left = leftAt(rings, slot, counted);
    uncarded += Math.max(0, entered - grants);
    allIn += entered;
    allOut += left;
    allGrants += grants;
    allOpens += rings.opens[slot] as number;
    if (ofDay >= MORNING[0] && ofDay < MORNING[1]) morningOut += left;
    if (ofDay >= EVENING[0]) eveningIn += entered;
    if (ofDay >= 23 || ofDay < SLEEP[1]) nightMoves += entered + left;
  }
  // Where no device tells of something, nothing is known of it.
  if (told.passing) {
    table.in[column] = allIn;
    table.out[column] = allOut;
    table.morningOut[column] = morningOut;
    table.eveningIn[column] = eveningIn;
    table.nightMoves[column] = nightMoves;
  }
  if (told.granted) table.grants[column] = allGrants;
  if (told.granted && told.counted) table.uncarded[column] = uncarded;
  if (told.granted || told.twice) table.twice[column] = twice;
  if (told.opened) table.opens[column] = allOpens;
}

/** What the space's devices tell of. */
interface Told {
  readonly counted: boolean;
  readonly granted: boolean;
  readonly opened: boolean;
  readonly twice: boolean;
  readonly passing: boolean;
}

function toldBy(rings: Rings): Told {
  const [counted, opened] = [hasRing(rings.in), hasRing(rings.opens)];
  return {
    counted,
    granted: hasRing(rings.grants),
    opened,
    twice: hasRing(rings.twice),
    passing: counted || opened,
  };
}

function presence(table: DayTable, column: number, rings: Rings, fromHour: number): void {
  if (!hasRing(rings.on) && !hasRing(rings.seen)) return;
  let [night, nights, day, days, seen] = [0, 0, 0, 0, Number.NaN];
  for (let hour = fromHour; hour < fromHour + 24; hour++) {
    const on = gaugeIn(rings.on, hour);
    const most = gaugeIn(rings.seen, hour);
    if (!Number.isNaN(most)) seen = Math.max(most, Number.isNaN(seen) ? 0 : seen);
    if (Number.isNaN(on)) continue;
    if (within(hour % 24, SLEEP)) [night, nights] = [night + on, nights + 1];
    else if (within(hour % 24, [9, 17])) [day, days] = [day + on, days + 1];
  }
  if (nights > 0) table.onNight[column] = night / (60 * nights);
  if (days > 0) table.onDay[column] = day / (60 * days);
  table.seen[column] = seen;
}

/** A day of which fewer hours are known says nothing. */
const KNOWN_HOURS = 16;
const WATER_MORNING = [5, 10] as const;
const WATER_EVENING = [18, 24] as const;
const WATER_NIGHT = [0, 6] as const;
/** Litres in an hour beyond what washing hands and dishes takes. */
const MUCH_L = 15;
const BASE = [2, 5] as const;
const ENERGY_EVENING = [18, 23] as const;
/** Litres in an hour that mean somebody drew water. */
const DRAWN_L = 3;

function meters(table: DayTable, column: number, rings: Rings, fromHour: number): void {
  const water = metered(rings.water, fromHour);
  if (water.length >= KNOWN_HOURS) {
    table.water[column] = meanUse(water) * 24;
    table.waterMorning[column] = sumWithin(water, WATER_MORNING);
    table.waterHours[column] = water.filter(({ used }) => used >= DRAWN_L).length;
    drawn(table, column, rings, fromHour, water);
  }
  const energy = metered(rings.energy, fromHour);
  if (energy.length >= KNOWN_HOURS) {
    const base = energy.filter(({ ofDay }) => within(ofDay, BASE));
    table.energy[column] = meanUse(energy) * 24;
    if (base.length > 0) table.energyBase[column] = meanUse(base);
    table.energyEvening[column] = sumWithin(energy, ENERGY_EVENING);
  }
}

/** What stands out of a leak, which runs at every hour: much at once, and when. */
function drawn(table: DayTable, column: number, rings: Rings, fromHour: number, water: readonly Use[]): void {
  const leak = Math.min(...water.map(({ used }) => used));
  const net = water.map(({ ofDay, used }) => ({ ofDay, used: used - leak }));
  table.waterOver[column] = net.reduce((sum, { used }) => sum + Math.max(0, used - MUCH_L), 0);
  table.waterEvening[column] = sumWithin(net, WATER_EVENING);
  table.waterNight[column] = sumWithin(net, SLEEP);
  if (!hasRing(rings.draws)) return;
  let [baths, draws, nightDraws] = [0, 0, 0];
  for (let hour = fromHour; hour < fromHour + 24; hour++) {
    const times = rings.draws[hour % HOURS] as number;
    baths += rings.baths[hour % HOURS] as number;
    draws += times;
    if (within(hour % 24, WATER_NIGHT)) nightDraws += times;
  }
  table.baths[column] = baths;
  table.draws[column] = draws;
  table.nightDraws[column] = nightDraws;
}

interface Use {
  readonly ofDay: number;
  readonly used: number;
}

/** The hours of the day that are known. */
function metered(ring: Uint16Array, fromHour: number): Use[] {
  if (!hasRing(ring)) return [];
  return Array.from({ length: 24 }, (_, index) => ({
    ofDay: (fromHour + index) % 24,
    used: gaugeIn(ring, fromHour + index),
  })).filter(({ used }) => !Number.isNaN(used));
}

const meanUse = (uses: readonly Use[]): number => uses.reduce((sum, { used }) => sum + used, 0) / uses.length;
const sumWithin = (uses: readonly Use[], span: readonly [number, number]): number =>
  uses.reduce((sum, { ofDay, used }) => sum + (within(ofDay, span) ? used : 0), 0);

const NO_RESIDENTS: readonly Role[] = ["staff", "cleaner", "landlord", "pass-key"];

/** A credential belongs to the calendar day before the night's end: close enough for counting. */
function cards(table: DayTable, column: number, roster: Roster, day: number): void {
  if (!hasCards(roster)) return;
  let [cards, uses] = [0, 0];
  for (const member of roster.values()) {
    if (NO_RESIDENTS.includes(member.role)) continue;
    const count = usesOn(member, day - 1);
    uses += count;
    if (count > 0) cards += 1;
  }
  table.cards[column] = cards;
  table.uses[column] = uses;
}
