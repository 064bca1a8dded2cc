/** The estimator's memory of one space: bounded, and plain JSON in a snapshot. */
import type { Past } from "./assess.ts";
import { createDiary, DAYS, type Diary, type DiaryJson, diaryFromJson, diaryToJson } from "./diary.ts";
import type { Estimate, Residency, Stand } from "./estimate.ts";
import type { Member, Roster } from "./roster.ts";

/** A presence sensor as last heard. */
export interface Watch {
  on: boolean;
  /** Its state stands in the diary up to here. */
  toMs: number;
}

export interface Meter {
  total: number;
  atMs: number;
  /** How often the total began anew: another meter in its place. */
  epoch?: number;
}

/** How likely each number of people was at the start of an hour. */
export interface HeadCount {
  /** Local hour number. */
  hour: number;
  chances: Float64Array;
}

export type Present = Pick<Estimate, "present" | "presentLow" | "presentHigh">;

/** A morning's verdict: late readings change it. */
export interface Morning {
  readonly day: number;
  pOver: number;
  residing: number;
  /** As the model had it; missing in what an earlier release wrote. */
  low?: number;
  high?: number;
  /** Persons it was judged by. */
  limit?: number;
}

export interface Belief {
  readonly diary: Diary;
  readonly roster: Roster;
  readonly watches: Record<string, Watch>;
  readonly meters: Record<string, Meter>;
  /** As of the last morning, with everything known; and brought on from there. */
  anchor: HeadCount | undefined;
  /** Weights of 0, 1, … people in each hour of the day, one after the other, to thousandths; empty before the first morning. */
  habits: Float64Array;
  /** As the last morning left it to the next. */
  past: Past | undefined;
  heads: HeadCount | undefined;
  /** Its counters were deaf one way or the wrong way round in the week before the last morning. */
  miscounts: boolean;
  present: Present;
  /** People that went out, ever: counted, or by a door that opened without a card. */
  exits: number;
  lastGrantMs: number;
  /** In minus out, where nothing better is kept: spaces nobody is judged for. */
  balance: number;
  residency: Residency | undefined;
  /** Oldest first. */
  mornings: Morning[];
  /** The first day that late readings changed since it was judged. */
  staleFrom: number | undefined;
  /** As the rule left it after the last morning. */
  stand: Stand | undefined;
}

export const createBelief = (): Belief => ({
  diary: createDiary(),
  roster: new Map(),
  watches: {},
  meters: {},
  anchor: undefined,
  habits: new Float64Array(0),
  past: undefined,
  heads: undefined,
  miscounts: false,
  present: { present: 0, presentLow: 0, presentHigh: 0 },
  exits: 0,
  lastGrantMs: 0,
  balance: 0,
  residency: undefined,
  mornings: [],
  staleFrom: undefined,
  stand: undefined,
});

export const THOUSAND = 1000;

interface PastJson {
  readonly day: number;
  readonly hour: number;
  readonly usual: readonly number[];
  /** Missing in what an earlier release wrote. */
  readonly works?: number;
  readonly habitHour: number;
  readonly plain: readonly number[];
  /** By hour of the day, in thousandths. */
  readonly days: readonly (readonly number[])[];
  /** In thousandths; null: not known. */
  readonly heads: readonly (number | null)[];
}

interface MemberJson extends Omit<Member, "uses"> {
  readonly uses: string;
}

interface HeadCountJson {
  readonly hour: number;
  readonly chances: readonly number[];
}

export interface BeliefJson extends Omit<Belief, "diary" | "roster" | "habits" | "past" | "anchor" | "heads"> {
  readonly anchor: HeadCountJson | undefined;
  readonly heads: HeadCountJson | undefined;
  /** By hour of the day, in thousandths. */
  readonly habits: readonly (readonly number[])[];
  readonly past: PastJson | undefined;
  readonly diary: DiaryJson;
  readonly roster: Readonly<Record<string, MemberJson>>;
}

/** Its keys always come in the same order, so that equal beliefs give equal text. */
export function beliefToJson(belief: Belief): BeliefJson {
  const {
    watches,
    meters,
    anchor,
    heads,
    miscounts,
    present,
    exits,
    lastGrantMs,
    balance,
    residency,
    mornings,
    staleFrom,
    stand,
  } = belief;
  const members = [...belief.roster].map(([id, { role, lastDay, firstDay, inside, uses }]) => {
    const member: MemberJson = { role, lastDay, firstDay, inside, uses: uses.join(" ") };
    return [id, member] as const;
  });
  return {
    diary: diaryToJson(belief.diary),
    roster: Object.fromEntries(members),
    watches,
    meters,
    anchor: headsToJson(anchor),
    habits: rowsOf(inThousandths(belief.habits)),
    past: belief.past === undefined ? undefined : pastToJson(belief.past),
    heads: headsToJson(heads),
    miscounts,
    present,
    exits,
    lastGrantMs,
    balance,
    residency,
    mornings,
    staleFrom,
    stand,
  };
}

const headsToJson = (heads: HeadCount | undefined): HeadCountJson | undefined =>
  heads === undefined ? undefined : { hour: heads.hour, chances: [...heads.chances] };

const headsFromJson = (heads: HeadCountJson | undefined): HeadCount | undefined =>
  heads === undefined ? undefined : { hour: heads.hour, chances: Float64Array.from(heads.chances) };

const inThousandths = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(value * THOUSAND));

const pastToJson = ({ day, settled, heads }: Past): PastJson => ({
  day,
  hour: settled.hour,
  usual: [...settled.usual],
  works: settled.works,
  habitHour: settled.habitHour,
  plain: [...settled.plain],
  days: rowsOf(inThousandths(settled.days)),
  heads: inThousandths(heads).map((value) => (Number.isNaN(value) ? null : value)),
});

/** Like no standing of counters: the whole diary is gone through. */
const NOT_KNOWN = -1;

const pastFromJson = ({ day, hour, usual, works = NOT_KNOWN, habitHour, plain, days, heads }: PastJson): Past => ({
  day,
  settled: {
    hour,
    usual: Float64Array.from(usual),
    works,
    habitHour,
    plain: Float64Array.from(plain),
    days: ofThousandths(days.flat()),
  },
  heads: ofThousandths(heads.map((value) => value ?? Number.NaN)),
});

const ofThousandths = (values: readonly number[]): Float64Array =>
  Float64Array.from(values, (value) => value / THOUSAND);

/** One for each hour of the day. */
function rowsOf(habits: readonly number[]): number[][] {
  const size = habits.length / 24;
  return size === 0 ? [] : Array.from({ length: 24 }, (_, hour) => habits.slice(hour * size, (hour + 1) * size));
}

/** What an earlier release believed is forgotten: it knew balances and nights, from which no diary can be made. */
export function beliefFromJson(json: BeliefJson): Belief {
  if (json.diary === undefined) return createBelief();
  const members = Object.entries(json.roster).map(([id, { uses, ...rest }]): [string, Member] => {
    const days = new Uint8Array(DAYS);
    days.set(uses.split(" ").map(Number));
    return [id, { ...rest, uses: days }];
  });
  return {
    ...json,
    anchor: headsFromJson(json.anchor),
    heads: headsFromJson(json.heads),
    // Missing in what an earlier release wrote.
    miscounts: json.miscounts ?? false,
    residency: json.residency,
    staleFrom: json.staleFrom,
    stand: json.stand,
    habits: ofThousandths(json.habits.flat()),
    // Missing in what an earlier release wrote.
    past: json.past === undefined ? undefined : pastFromJson(json.past),
    diary: diaryFromJson(json.diary),
    roster: new Map(members),
  };
}
