/** Why the model thinks so: what each source says, in words for the door, and how much it moved the finding. */
import type { Evidence } from "@gatehouse/protocol";
import type { JudgedSpace } from "./assess.ts";
import { FEATURES, type Source } from "./features.ts";

const indexOf = new Map(FEATURES.map(({ name }, index) => [name, index]));

const SOURCES = [...new Set(FEATURES.map(({ source }) => source))];
/** By feature: its place among the sources. */
const sourceOf = Int8Array.from(FEATURES, ({ source }) => SOURCES.indexOf(source));

/** Sources that moved the finding by less say nothing. */
const LEAST_WEIGHT = 0.05;

type Say = (
  value: (feature: string) => number,
  space: JudgedSpace,
) => { readonly en: string; readonly zh: string } | undefined;

function one(value: number): string {
  const text = value.toFixed(1);
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

/** A part of a sentence for what is known, and none for what is not yet. */
const known = (value: number, part: (text: string) => string): string => (Number.isNaN(value) ? "" : part(one(value)));

const SAYS: Readonly<Record<Source, Say>> = {
  counter: (value) => {
    const [night, high, all] = [value("night.mean7"), value("high.q8028"), value("days")];
    if (Number.isNaN(night) || Number.isNaN(all)) return undefined;
    const days = Math.min(7, all);
    // Of four days in five; after weeks away it lies below the nights since, and tells nothing.
    const often = high < night ? Number.NaN : high;
    return {
      en: `on average ${one(night)} people in at three in the morning over ${days} nights${known(often, (most) => `, mostly no more than ${most} at once in ${all} days`)}`,
      zh: `近${days}晚凌晨三点平均${one(night)}人在内${known(often, (most) => `，${all}天内同时在内大多不超过${most}人`)}`,
    };
  },
  credentials: (value) => {
    const [regular, unlisted, once] = [value("cards.regular14"), value("cards.unlisted14"), value("cards.once14")];
    const grants = value("grants.heads7");
    if (Number.isNaN(regular)) return undefined;
    return {
      en: `${regular} cards used on three or more of 14 days${known(unlisted, (n) => ` (${n} on no list)`)}${known(once, (n) => `, ${n} only once`)}${known(grants, (n) => `; as many entries as ${n} people make here`)}`,
      zh: `14天内有${regular}张卡使用三天以上${known(unlisted, (n) => `（其中${n}张未登记）`)}${known(once, (n) => `，${n}张仅用一天`)}${known(grants, (n) => `；进门次数相当于${n}人`)}`,
    };
  },
  door: (value) => {
    const opens = value("opens.heads7");
    if (Number.isNaN(opens)) return undefined;
    return {
      en: `the door opens as often as for ${one(opens)} people on this site`,
      zh: `开门次数相当于本处${one(opens)}人`,
    };
  },
  presence: (value) => {
    const [night, day, seen] = [value("onNight.mean7"), value("onDay.mean7"), value("seen.q807")];
    if (Number.isNaN(night) && Number.isNaN(seen)) return undefined;
    const share = (part: number) => `${Math.round(part * 100)} %`;
    const most = Number.isNaN(seen) ? "" : `, ${one(seen)} seen at once`;
    const mostZh = Number.isNaN(seen) ? "" : `，同时最多看到${one(seen)}人`;
    if (Number.isNaN(night)) return { en: `${one(seen)} people seen at once`, zh: `同时最多看到${one(seen)}人` };
    return {
      en: `somebody in for ${share(night)} of the nights${Number.isNaN(day) ? "" : ` and ${share(day)} of the days`}${most}`,
      zh: `夜间${share(night)}${Number.isNaN(day) ? "" : `、白天${share(day)}`}的时间有人${mostZh}`,
    };
  },
  water: (value) => {
    const [litres, heads, baths] = [value("water.mean7"), value("water.heads7"), value("baths.mean7")];
    if (Number.isNaN(litres)) return undefined;
    const bathed = Number.isNaN(baths)
      ? { en: "", zh: "" }
      : { en: `, ${one(baths)} baths`, zh: `、洗浴${one(baths)}次` };
    return {
      en: `${Math.round(litres)} L of water${bathed.en} a day${known(heads, (n) => `, what ${n} people use here`)}`,
      zh: `日均用水${Math.round(litres)}升${bathed.zh}${known(heads, (n) => `，相当于本处${n}人`)}`,
    };
  },
  energy: (value) => {
    const [wattHours, heads] = [value("energy.mean7"), value("energy.heads7")];
    if (Number.isNaN(wattHours)) return undefined;
    return {
      en: `${one(wattHours / 1000)} kWh a day${known(heads, (n) => `, what ${n} people use here`)}`,
      zh: `日均用电${one(wattHours / 1000)}度${known(heads, (n) => `，相当于本处${n}人`)}`,
    };
  },
  register: (value, { limit }) => {
    const registered = value("registered");
    const none = Number.isNaN(registered);
    return {
      en: `${none ? "no number registered is given" : `${registered} registered`}, limit ${limit?.persons}`,
      zh: `${none ? "未提供登记人数" : `登记${registered}人`}，上限${limit?.persons}人`,
    };
  },
  data: (value) => {
    const [days, works] = [value("days"), value("counterWorks.mean7")];
    const counter =
      Number.isNaN(works) || works >= 1 ? "" : `, the counter could be believed on ${Math.round(works * 7)} of 7`;
    const counterZh = Number.isNaN(works) || works >= 1 ? "" : `，近7天计数器可信${Math.round(works * 7)}天`;
    if (Number.isNaN(days)) return undefined;
    return { en: `${days} days known${counter}`, zh: `已有${days}天数据${counterZh}` };
  },
};

/** Strongest first. Weights are log-odds (nats): positive for more people than may be. */
export function evidenceOf(
  space: JudgedSpace,
  values: Float64Array,
  contributions: Float64Array,
  base: number,
): Evidence[] {
  const weights = new Float64Array(SOURCES.length);
  for (let index = 0; index < contributions.length; index++) {
    const source = sourceOf[index] as number;
    weights[source] = (weights[source] as number) + (contributions[index] as number);
  }
  // Before any source is heard: most rooms keep to their limit.
  const register = SOURCES.indexOf("register");
  weights[register] = (weights[register] as number) + base;
  const value = (feature: string): number => values[indexOf.get(feature) ?? -1] ?? Number.NaN;
  return SOURCES.map((source, index) => [source, weights[index] as number] as const)
    .filter(([, weight]) => Math.abs(weight) >= LEAST_WEIGHT)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .flatMap(([source, weight]) => {
      const says = SAYS[source](value, space);
      return says === undefined ? [] : [{ source, says: says.en, zh: says.zh, weight: Math.round(weight * 100) / 100 }];
    });
}
