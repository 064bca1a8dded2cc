/** Policies and limits in sentences for whoever sets a site up or stands at a door. */
import type { Limit, Policy, Space } from "@gatehouse/protocol";
import { figureWords, sourceOf } from "../../words/limit-basis.ts";
import type { Text } from "../../words/said.ts";

const KINDS: Readonly<Record<Space["kind"], Text>> = {
  building: { en: "buildings", zh: "楼栋" },
  floor: { en: "floors", zh: "楼层" },
  flat: { en: "flats", zh: "成套住宅" },
  room: { en: "rooms", zh: "单间" },
  shed: { en: "sheds", zh: "工棚宿舍" },
  corridor: { en: "corridors", zh: "走廊" },
  yard: { en: "yards", zh: "院落" },
};

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
  const size =
    areas.length === 0
      ? []
      : [
          {
            en: `${areas.length === 1 ? "1 room" : `${areas.length} rooms`} of ${areas.join(", ")} m²`,
            zh: `${areas.length}间房，面积${areas.join("、")}平方米`,
          },
        ];
  const parts = [...size, ...figureWords(heads, policy.areaPerPersonM2)];
  const en = parts.map((part) => part.en);
  const zh = parts.map((part) => part.zh);
  const source = sourceOf(policy);
  return { en: `${en.join(", ")} (${source.en})`, zh: `${zh.join("，")}（${source.zh}）` };
}
