/** Where a limit comes from, in the reader's language: the source of its policy, its figures, and the basis as it was written into an alert. */
import type { Limit, Policy } from "@gatehouse/protocol";
import type { Language, Text } from "./said.ts";

/** `Rented housing, Shanghai (上海市居住房屋租赁)`: what stands in brackets is the Chinese of what stands before them. */
export function titleOf({ title }: Policy): Text {
  // One expression for all of it would be tried again from each bracket: seconds, for a long title.
  const open = title.search(/[(（]/);
  const inside = /[)）]$/.test(title) ? title.slice(open + 1, -1) : "";
  if (open < 0 || !/\p{Script=Han}/u.test(inside)) return { en: title, zh: title };
  return { en: title.slice(0, open).trimEnd(), zh: inside };
}

/** Where the figures come from. A source has the name its country gives it: an English reader gets the policy's title in its stead. */
export function sourceOf(policy: Policy): Text {
  const { name } = policy.source;
  const latin = name
    .replace(/\s*[(（]未核实[)）]/u, "")
    .replace(/\p{Script=Han}[\p{Script=Han}、，]*/u, titleOf(policy).en);
  return {
    en: latin.replace(/ (arts?\.)/, ", $1"),
    zh: chineseSource(name),
  };
}

const chineseSource = (name: string): string => SOURCE_ZH.reduce((text, [en, zh]) => text.replace(en, zh), name);

/** What stands in the names of sources besides the name itself. */
const SOURCE_ZH: readonly (readonly [RegExp, string])[] = [
  [/^not found; figures from memory\s*[(（]未核实[)）]/u, "未找到依据，数字凭记忆填写，未核实"],
  [/\s*\barts?\. (\d+(?:, \d+)*)/, "第$1条"],
  [/(?<=第[\d、]+), (?=[\d、, ]+条)/g, "、"],
  [/\s*\(as amended\)/, "（修订后）"],
  [/\s*\(now ([^)]*)\)/, "（现为$1）"],
];

/** Of one room; undefined where the policy sets none. */
export function figureWords(heads: number | undefined, areaPerPersonM2: number | undefined): Text[] {
  return [
    ...(heads === undefined ? [] : [{ en: `at most ${heads} in a room`, zh: `每间最多${heads}人` }]),
    ...(areaPerPersonM2 === undefined
      ? []
      : [{ en: `at least ${areaPerPersonM2} m² for each`, zh: `人均不少于${areaPerPersonM2}平方米` }]),
  ];
}

/** As the protocol's `deriveLimit` writes it. */
const WRITTEN =
  /^(?<name>.+?): (?:(?<family>family: no head count)|at most (?<heads>\d+) per room)?(?:, )?(?:at least (?<area>[\d.]+) m2 per person)? \((?<rooms>\d+) rooms?\)$/;

/** A limit as it was when it was written down: its figures in the reader's language, its source in English where the policy is known. What people wrote stays. */
export function limitIn(limit: Limit, language: Language, policies: readonly Policy[]): Limit {
  const found = WRITTEN.exec(limit.basis)?.groups;
  if (found === undefined || limit.policy === "site" || limit.policy === "set") return limit;
  const { name = "", family, heads, area, rooms = "" } = found;
  const policy = policies.find(({ id, source }) => id === limit.policy && source.name === name);
  const figures = figureWords(numberOf(heads), numberOf(area)).map((figure) => figure[language]);
  if (family !== undefined) figures.unshift(FAMILY[language]);
  const english = policy === undefined ? name : sourceOf(policy).en;
  const basis =
    language === "zh"
      ? `${rooms}间房，${figures.join("，")}（${chineseSource(name)}）`
      : `${rooms === "1" ? "1 room" : `${rooms} rooms`}, ${figures.join(", ")} (${english})`;
  return { ...limit, basis };
}

const FAMILY: Text = { en: "a family, so no number of people in a room", zh: "家庭居住，不限每间人数" };
const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
