/** Whether too little is known of a space to say who lives there, and why, in words. Pure. */
import type { SpaceModel } from "../model.ts";
import { counterWorks } from "./assess.ts";
import type { Belief } from "./belief.ts";
import { type Channel, type Diary, gaugeAt, gaugeIn, sumOfDay } from "./diary.ts";
import type { Stand } from "./estimate.ts";

const WEEK = 7;
/** On fewer days of the last week something was heard of the space: too few. */
const LEAST_HEARD = 4;

const COUNTS: readonly Channel[] = ["in", "out"];
/** In their rings, as in those of the counts, 0 is that nothing was said. */
const TELLING: readonly Channel[] = ["grants", "opens", "twice", "seen", "water", "energy"];

/** Between the two probabilities neither an alert is raised nor one cleared. */
export interface Unsure {
  readonly raiseAt: number;
  readonly clearAt: number;
}

/** On the morning of local day `day`; null where enough is known, whatever it says. */
export function thinEvidence(space: SpaceModel, belief: Belief, day: number, unsure: Unsure): Stand["abstains"] {
  const { residency, diary } = belief;
  const limit = space.limit?.persons;
  if (residency === undefined || limit === undefined) return null;
  const heard = daysHeard(diary, day);
  const { low, high, pOver } = residency;
  const open = low <= limit && high > limit && pOver > unsure.clearAt && pOver < unsure.raiseAt;
  const vague = heard >= LEAST_HEARD ? onlyVague(diary, day) : undefined;
  if (heard >= LEAST_HEARD && !open && vague === undefined) return null;
  const known = [
    ...(vague === undefined ? [] : [vague]),
    ...missing(diary, day),
    { says: `${heard} of the last 7 days heard`, zh: `近7天有${heard}天收到数据` },
  ];
  const percent = Math.round(pOver * 100);
  const says = known.map((each) => each.says).join(", ");
  const zh = known.map((each) => each.zh).join("，");
  if (!open) return { says, zh };
  return {
    says: `${says}: ${low} to ${high} may live here, limit ${limit} (${percent} %)`,
    zh: `${zh}：可能居住${low}至${high}人，上限${limit}人（${percent}%）`,
  };
}

/** What alone never found too many, in the words of {@link onlyVague}. */
const VAGUE = [
  ["opens", "door openings", "开门"],
  ["on", "presence", "有人感应"],
  ["water", "water of whole days", "整日用水"],
  ["energy", "electricity", "用电"],
] as const;

/** Of the last week: undefined where something tells heads, be it a counter, keys, people seen at once or how water is drawn. */
function onlyVague(diary: Diary, day: number): { readonly says: string; readonly zh: string } | undefined {
  const { hours } = diary;
  const days = lastDays(diary, day);
  const total = (channel: Channel): number => days.reduce((sum, each) => sum + sumOfDay(hours[channel], each), 0);
  if (total("grants") > 0 || hours.seen !== undefined || total("draws") > 0) return undefined;
  if (total("in") + total("out") > 0 && days.some((each) => counterWorks(diary, each))) return undefined;
  const there = VAGUE.filter(([channel]) => hours[channel] !== undefined);
  // Where no water is drawn nobody lives, however seldom the meter reports.
  if (there.length === 0 || (hours.water !== undefined && !usesWater(diary, days))) return undefined;
  return {
    says: `${there.map(([, en]) => en).join(" and ")} alone do not tell how many live here`,
    zh: `仅凭${there.map(([, , zh]) => zh).join("和")}无法判断居住人数`,
  };
}

const usesWater = (diary: Diary, days: readonly number[]): boolean =>
  days.some((day) =>
    Array.from({ length: 24 }, (_, hour) => gaugeAt(diary, "water", day * 24 + hour)).some((l) => l > 0),
  );

/** What would tell most and is not there, or cannot be believed. */
function missing(diary: Diary, day: number): { readonly says: string; readonly zh: string }[] {
  const { hours } = diary;
  if (hours.in === undefined && hours.out === undefined) {
    const nothing = hours.opens === undefined && hours.grants === undefined;
    return nothing
      ? [{ says: "nothing counts or opens at the door", zh: "门口无任何计数或开门数据" }]
      : [{ says: "no counter", zh: "无人数计数器" }];
  }
  const days = lastDays(diary, day);
  const works = days.filter((each) => counterWorks(diary, each)).length;
  if (works === days.length) return [];
  return [
    {
      says: `the counter could be believed on ${works} of ${days.length} days`,
      zh: `${days.length}天中计数器可信${works}天`,
    },
  ];
}

/** Of the week up to the day before the morning, those since the diary was begun. */
const lastDays = ({ firstDay }: Diary, day: number): number[] =>
  Array.from({ length: WEEK }, (_, back) => day - 1 - back).filter((each) => each >= firstDay);

const daysHeard = (diary: Diary, day: number): number =>
  lastDays(diary, day).filter((each) => isHeard(diary, each)).length;

/** A presence sensor says nothing for as long as nothing changes: only somebody there is a word of it. */
function isHeard(diary: Diary, day: number): boolean {
  const { hours } = diary;
  const told = (channel: Channel): boolean => sumOfDay(hours[channel], day) > 0;
  // What a counter says that cannot be believed is no word of the space.
  if (TELLING.some(told) || (COUNTS.some(told) && counterWorks(diary, day))) return true;
  if (hours.on === undefined) return false;
  for (let hour = day * 24; hour < day * 24 + 24; hour++) if (gaugeIn(hours.on, hour) > 0) return true;
  return false;
}
