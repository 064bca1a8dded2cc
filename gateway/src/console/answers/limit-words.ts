/** Policies and limits in sentences for whoever sets a site up or stands at a door. */
import type { Limit, Policy, Space } from "@gatehouse/protocol";

export interface Text {
  readonly en: string;
  readonly zh: string;
}

const KINDS: Readonly<Record<Space["kind"], Text>> = {
  building: { en: "buildings", zh: "楼栋" },
  floor: { en: "floors", zh: "楼层" },
  flat: { en: "flats", zh: "成套住宅" },
  room: { en: "rooms", zh: "单间" },
  shed: { en: "sheds", zh: "工棚宿舍" },
  corridor: { en: "corridors", zh: "走廊" },
  yard: { en: "yards", zh: "院落" },
};

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
    zh: SOURCE_ZH.reduce((text, [en, zh]) => text.replace(en, zh), name),
  };
}

/** What stands in the names of sources besides the name itself. */
const SOURCE_ZH: readonly (readonly [RegExp, string])[] = [
  [/^not found; figures from memory\s*[(（]未核实[)）]/u, "未找到依据，数字凭记忆填写，未核实"],
  [/\s*\barts?\. (\d+(?:, \d+)*)/, "第$1条"],
  [/(?<=第[\d、]+), (?=[\d、, ]+条)/g, "、"],
  [/\s*\(as amended\)/, "（修订后）"],
  [/\s*\(now ([^)]*)\)/, "（现为$1）"],
];

/** Its limits, a sentence each. */
export function limitsInWords(policy: Policy): Text[] {
  const { appliesTo, personsPerRoom, areaPerPersonM2, familyExemption, nightWindow, source } = policy;
  const says: Text[] = [
    {
      en: `It counts for ${appliesTo.map((kind) => KINDS[kind].en).join(" and ")}.`,
      zh: `适用于${appliesTo.map((kind) => KINDS[kind].zh).join("、")}。`,
    },
  ];
  if (personsPerRoom !== undefined) {
    const family = familyExemption ? { en: "; a family is exempt", zh: "（家庭成员除外）" } : { en: "", zh: "" };
    says.push({
      en: `At most ${personsPerRoom} people in a room${family.en}.`,
      zh: `每个房间最多住${personsPerRoom}人${family.zh}。`,
    });
  }
  if (areaPerPersonM2 !== undefined)
    says.push({
      en: `At least ${areaPerPersonM2} m² for each person.`,
      zh: `人均居住面积不少于${areaPerPersonM2}平方米。`,
    });
  const { from, to } = nightWindow;
  says.push({ en: `Nights are counted from ${from} to ${to}.`, zh: `夜间按${from}至次日${to}计算。` });
  const { over, of } = policy.nights.blue;
  says.push({
    en: `A finding takes ${over} of ${of} nights over the limit, fewer where the risk is higher.`,
    zh: `${of}晚中有${over}晚超员才认定，风险等级高的更少。`,
  });
  if (!source.verified)
    says.push({
      en: "These figures are not confirmed: check them before use.",
      zh: "以上数字尚未核实，使用前请确认。",
    });
  return says;
}

/** Why so many people may live here. */
export function limitInWords(space: Space, limit: Limit, policy: Policy | undefined): Text {
  const { persons } = limit;
  const { en, zh } = basisInWords(space, limit, policy);
  return {
    en: `At most ${persons} ${persons === 1 ? "person" : "people"} may live here: ${en}.`,
    zh: `最多可住${persons}人：${zh}。`,
  };
}

/** What a limit was made of. What people gave as its basis stays as they wrote it. */
export function basisInWords(space: Space, limit: Limit, policy: Policy | undefined): Text {
  if (limit.policy === "site" || limit.policy === "set" || policy === undefined)
    return { en: limit.basis, zh: limit.basis };
  const areas = space.rooms?.map(({ areaM2 }) => areaM2) ?? (space.areaM2 === undefined ? [] : [space.areaM2]);
  const heads = policy.familyExemption && space.familyExempt ? undefined : policy.personsPerRoom;
  const en: string[] = [];
  const zh: string[] = [];
  if (areas.length > 0) {
    en.push(`${areas.length === 1 ? "1 room" : `${areas.length} rooms`} of ${areas.join(", ")} m²`);
    zh.push(`${areas.length}间房，面积${areas.join("、")}平方米`);
  }
  if (heads !== undefined) {
    en.push(`at most ${heads} in a room`);
    zh.push(`每间最多${heads}人`);
  }
  if (policy.areaPerPersonM2 !== undefined) {
    en.push(`at least ${policy.areaPerPersonM2} m² for each`);
    zh.push(`人均不少于${policy.areaPerPersonM2}平方米`);
  }
  const source = sourceOf(policy);
  return { en: `${en.join(", ")} (${source.en})`, zh: `${zh.join("，")}（${source.zh}）` };
}
