/** The features the residency model sees: windows over a space's days, its cards, its site's habits. Each names its source. */
import type { JudgedSpace } from "./assess.ts";
import { CARD_FEATURES } from "./card-features.ts";
import type { DayTable, Figure } from "./days.ts";
import { DAYS } from "./diary.ts";
import { HABITS, type Habit, type SiteHabits } from "./habits.ts";
import { meanOf, quantileOf, shareAbove } from "./rows.ts";

/** Where evidence comes from, as the alert names it. */
export type Source = "register" | "counter" | "credentials" | "door" | "presence" | "water" | "energy" | "data";

interface Window {
  readonly figure: Figure;
  readonly days: readonly number[];
  readonly take: "mean" | "q80" | "min";
  readonly source: Source;
  /** In persons: the model also sees it less the number in question. */
  readonly heads?: boolean;
}

const ALL = [3, 7, 14, DAYS] as const;
const WINDOWS: readonly Window[] = [
  { figure: "night", days: ALL, take: "mean", source: "counter", heads: true },
  { figure: "night", days: [7, 14, DAYS], take: "q80", source: "counter", heads: true },
  { figure: "high", days: ALL, take: "mean", source: "counter", heads: true },
  { figure: "high", days: [7, DAYS], take: "q80", source: "counter", heads: true },
  { figure: "range", days: ALL, take: "mean", source: "counter", heads: true },
  { figure: "range", days: [7, DAYS], take: "q80", source: "counter", heads: true },
  { figure: "home", days: ALL, take: "mean", source: "counter", heads: true },
  { figure: "noon", days: [7, DAYS], take: "mean", source: "counter", heads: true },
  { figure: "low", days: [7, DAYS], take: "mean", source: "counter", heads: true },
  { figure: "low", days: [DAYS], take: "min", source: "counter" },
  { figure: "empty", days: [7, DAYS], take: "mean", source: "counter" },
  { figure: "nightSd", days: [7], take: "mean", source: "data" },
  { figure: "in", days: ALL, take: "mean", source: "counter" },
  { figure: "out", days: [7, DAYS], take: "mean", source: "counter" },
  { figure: "grants", days: ALL, take: "mean", source: "credentials" },
  { figure: "opens", days: ALL, take: "mean", source: "door" },
  { figure: "morningOut", days: [7, DAYS], take: "mean", source: "door" },
  { figure: "morningOut", days: [7], take: "q80", source: "door" },
  { figure: "eveningIn", days: [7, DAYS], take: "mean", source: "door" },
  { figure: "nightMoves", days: [7, DAYS], take: "mean", source: "door" },
  { figure: "cards", days: ALL, take: "mean", source: "credentials", heads: true },
  { figure: "cards", days: [7, DAYS], take: "q80", source: "credentials", heads: true },
  { figure: "uncarded", days: [7, DAYS], take: "mean", source: "credentials" },
  { figure: "twice", days: [7, DAYS], take: "mean", source: "credentials" },
  { figure: "onNight", days: [7, DAYS], take: "mean", source: "presence" },
  { figure: "onDay", days: [7, DAYS], take: "mean", source: "presence" },
  { figure: "seen", days: [3, 7, DAYS], take: "mean", source: "presence", heads: true },
  { figure: "seen", days: [7, DAYS], take: "q80", source: "presence", heads: true },
  { figure: "water", days: ALL, take: "mean", source: "water" },
  { figure: "waterMorning", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "waterHours", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "waterOver", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "waterEvening", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "waterNight", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "baths", days: ALL, take: "mean", source: "water" },
  { figure: "baths", days: [7, DAYS], take: "q80", source: "water" },
  { figure: "draws", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "nightDraws", days: [7, DAYS], take: "mean", source: "water" },
  { figure: "energy", days: ALL, take: "mean", source: "energy" },
  { figure: "energyBase", days: [7, DAYS], take: "mean", source: "energy" },
  { figure: "energyEvening", days: [7, DAYS], take: "mean", source: "energy" },
  { figure: "counterWorks", days: [7, DAYS], take: "mean", source: "data" },
];

const HABIT_SOURCE: Readonly<Record<Habit, Source>> = {
  home: "counter",
  in: "counter",
  grants: "credentials",
  uses: "credentials",
  opens: "door",
  morningOut: "door",
  eveningIn: "door",
  water: "water",
  waterMorning: "water",
  waterHours: "water",
  energy: "energy",
  energyBase: "energy",
  energyEvening: "energy",
};
const HABIT_DAYS = [3, 7, DAYS] as const;

/** The share of days on which a figure was above the number in question. */
const ABOVE = [
  { figure: "night", days: [3, 7, 14, DAYS] },
  { figure: "high", days: [7, DAYS] },
] as const satisfies readonly { readonly figure: Figure; readonly days: readonly number[] }[];

export interface Feature {
  readonly name: string;
  readonly source: Source;
}

const windowFeatures = WINDOWS.flatMap(({ figure, days, take, source, heads }) =>
  days.map((n) => ({ name: `${figure}.${take}${n}`, source, heads: heads === true, figure, take, n })),
);
const habitFeatures = HABITS.flatMap((habit) =>
  HABIT_DAYS.map((n) => ({ name: `${habit}.heads${n}`, source: HABIT_SOURCE[habit], heads: true, habit, n })),
);
const cardFeatures = CARD_FEATURES.map((name) => ({ name, source: "credentials" as const, heads: true }));
const SPACE_FEATURES: readonly (readonly [name: string, source: Source])[] = [
  ["limit", "register"],
  ["registered", "register"],
  ["area", "register"],
  ["rooms", "register"],
  ["isFlat", "register"],
  ["isShed", "register"],
  ["days", "data"],
  ["uses.perCard", "credentials"],
];
const spaceFeatures = SPACE_FEATURES.map(([name, source]) => ({ name, source, heads: false }));

const own: readonly (Feature & { readonly heads: boolean })[] = [
  ...windowFeatures,
  ...habitFeatures,
  ...cardFeatures,
  ...spaceFeatures,
];
const headed = own.flatMap((feature, index) => (feature.heads ? [index] : []));

/** In the order of the vectors: those of the space, then those against the number in question. */
export const FEATURES: readonly Feature[] = [
  ...own.map(({ name, source }) => ({ name, source })),
  { name: "persons", source: "register" },
  { name: "limit - persons", source: "register" },
  { name: "registered - persons", source: "register" },
  ...headed.map((index) => ({ name: `${own[index]?.name} - persons`, source: own[index]?.source ?? "data" })),
  ...ABOVE.flatMap(({ figure, days }) =>
    days.map((n) => ({ name: `${figure}.above${n}`, source: "counter" as const })),
  ),
];
/** So many features are the space's own, whatever the number in question. */
export const OWN = own.length;
/** Behind the features a vector carries the days themselves, from which the shares of days above a number are counted. */
const DAYS_AT = FEATURES.length;
export const VECTOR_LENGTH = FEATURES.length + ABOVE.length * DAYS;

function takeOf(table: DayTable, { figure, take, n }: { figure: Figure; take: Window["take"]; n: number }): number {
  const row = table[figure];
  if (take === "q80") return quantileOf(row, n, 0.8);
  if (take === "min") return quantileOf(row, n, 0);
  return meanOf(row, n);
}

/** The space's own features, in the order of FEATURES; `cards` in that of CARD_FEATURES. Those against a number of persons follow by `against`. */
export function spaceFeatureValues(
  space: JudgedSpace,
  table: DayTable,
  cards: readonly number[],
  habits: SiteHabits,
): Float64Array {
  const values = new Float64Array(VECTOR_LENGTH).fill(Number.NaN);
  for (const [index, { figure }] of ABOVE.entries()) values.set(table[figure], DAYS_AT + index * DAYS);
  let at = 0;
  for (const feature of windowFeatures) values[at++] = takeOf(table, feature);
  for (const { habit, n } of habitFeatures) {
    const perHead = habits[habit];
    values[at++] = perHead === undefined ? Number.NaN : meanOf(table[habit], n) / perHead;
  }
  for (const value of cards) values[at++] = value;
  const { limit, space: place } = space;
  const uses = meanOf(table.uses, 14);
  const shown = meanOf(table.cards, 14);
  const known = table.night.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0);
  const areas = place.rooms?.map((room) => room.areaM2) ?? (place.areaM2 === undefined ? [] : [place.areaM2]);
  values[at++] = limit?.persons ?? Number.NaN;
  values[at++] = countedRegister(place.registered, limit?.persons);
  values[at++] = areas.length === 0 ? Number.NaN : areas.reduce((sum, area) => sum + area, 0);
  values[at++] = place.rooms?.length ?? 1;
  values[at++] = place.kind === "flat" ? 1 : 0;
  values[at++] = place.kind === "shed" ? 1 : 0;
  values[at++] = known;
  values[at++] = shown > 0 ? uses / shown : Number.NaN;
  return values;
}

/**
 * A register with more people than may live there is out of date, or the limit is: whichever it is, it is no sign of who sleeps there. It counts up to
 * the limit. NaN where no number is given.
 */
const countedRegister = (registered: number | undefined, limit: number | undefined): number =>
  registered === undefined ? Number.NaN : Math.min(registered, limit ?? registered);

/** Fills in what depends on the number of persons in question. */
export function against(
  values: Float64Array,
  space: { readonly limit: number | undefined; readonly registered: number | undefined },
  persons: number,
): Float64Array {
  let at = OWN;
  values[at++] = persons;
  values[at++] = (space.limit ?? Number.NaN) - persons;
  values[at++] = countedRegister(space.registered, space.limit) - persons;
  for (const index of headed) values[at++] = (values[index] ?? Number.NaN) - persons;
  for (const [index, { days }] of ABOVE.entries()) {
    for (const n of days) values[at++] = shareAbove(values, DAYS_AT + (index + 1) * DAYS, n, persons);
  }
  return values;
}
