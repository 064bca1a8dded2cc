import { type Policy, Space, systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { testPolicy } from "../../testing/site.ts";
import { sourceOf, titleOf } from "../../words/limit-basis.ts";
import { basisInWords, limitInWords } from "./limit-words.ts";

const policyWith = (title: string, name: string): Policy => ({
  ...testPolicy,
  title,
  source: { ...testPolicy.source, name },
});
const RENTAL = policyWith(
  "Rented housing, Shanghai (上海市居住房屋租赁)",
  "上海市居住房屋租赁管理办法 arts. 9, 10 (as amended)",
);

it.each([
  [RENTAL, "Rented housing, Shanghai, arts. 9, 10 (as amended)", "上海市居住房屋租赁管理办法第9、10条（修订后）"],
  [
    policyWith("Dormitory, placeholder (职工集体宿舍，未核实)", "not found; figures from memory (未核实)"),
    "not found; figures from memory",
    "未找到依据，数字凭记忆填写，未核实",
  ],
  [
    policyWith("Quarters (宿舍)", "JGJ 146-2013 建设工程施工现场环境与卫生标准 (now GB 55034-2022)"),
    "JGJ 146-2013 Quarters (now GB 55034-2022)",
    "JGJ 146-2013 建设工程施工现场环境与卫生标准（现为GB 55034-2022）",
  ],
])("the source of a policy is in the reader's language: %#", (policy, en, zh) => {
  expect(sourceOf(policy)).toEqual({ en, zh });
});

it.each([
  ["Rented housing, Shanghai (上海市居住房屋租赁)", "Rented housing, Shanghai", "上海市居住房屋租赁"],
  ["Quarters （宿舍（甲）)", "Quarters", "宿舍（甲）"],
  ["Quarters (old) (宿舍)", "Quarters", "old) (宿舍"],
  ["Quarters (old)", "Quarters (old)", "Quarters (old)"],
  ["宿舍", "宿舍", "宿舍"],
])("a title's Chinese stands in its brackets: %s", (title, en, zh) => {
  expect(titleOf(policyWith(title, "x"))).toEqual({ en, zh });
});

it("a title of any length is read at once: the gateway does nothing else meanwhile", () => {
  const long = policyWith(`${"a (b) ".repeat(20)}${"长".repeat(5_000)}${"W".repeat(5_000)}`, "x");
  const startedMs = systemClock.monoMs();
  expect(titleOf(long).en).toBe(long.title);
  expect(systemClock.monoMs() - startedMs).toBeLessThan(200);
});

it("a limit's basis is said in Chinese and in English, and one that people gave as they wrote it", () => {
  const space = Space.parse({ id: "1-101", kind: "flat", rooms: [{ areaM2: 14.2 }, { areaM2: 11 }] });
  const made = { persons: 4, policy: RENTAL.id, basis: "上海市 arts. 9: at most 2 per room" };
  expect(basisInWords(space, made, RENTAL)).toEqual({
    en: "2 rooms of 14.2, 11 m², at most 2 in a room, at least 5 m² for each (Rented housing, Shanghai, arts. 9, 10 (as amended))",
    zh: "2间房，面积14.2、11平方米，每间最多2人，人均不少于5平方米（上海市居住房屋租赁管理办法第9、10条（修订后））",
  });
  const given = { persons: 1, policy: "site", basis: "居委会要求" };
  expect(limitInWords(space, given, RENTAL)).toEqual({
    en: "At most 1 person may live here: 居委会要求.",
    zh: "最多可住1人：居委会要求。",
  });
});
