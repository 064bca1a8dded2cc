/** The log of who did what in words: none of what the box records is left a code. */
import { CommandAction, Deed } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { RECORDED_ELSEWHERE } from "../../../../src/console/recorded.ts";
import { API } from "../../../../src/console/table/index.ts";
import { alertOf, byText, detailText, whatChoices, whatText } from "./audit-text.ts";

const recorded = [
  ...Object.keys(API).filter((key) => !key.startsWith("GET ") && !RECORDED_ELSEWHERE.includes(key)),
  ...Deed.options.map(({ shape }) => `deed ${shape.do.value}`),
  ...CommandAction.options.flatMap((action) => [`command ${action}`, `command-refused ${action}`]),
];

it.each(recorded)("%s has words", (what) => {
  for (const language of ["zh", "en"] as const) {
    expect(whatText(what, language)).not.toBe(what);
    expect(whatText(what, language)).not.toMatch(/\/api\/|undefined|[{}]/);
  }
});

it("what has no words stays as it stands in the log", () => {
  expect(whatText("deed of a later version", "zh")).toBe("deed of a later version");
  expect(whatText("toString", "en")).toBe("toString");
});

it("a person is called by name, with the way they came in", () => {
  expect(byText("console:wang", "zh")).toEqual({ name: "wang", way: "控制台" });
  expect(byText("local:root", "en")).toEqual({ name: "root", way: "on the box" });
  expect(byText("gateway", "zh")).toEqual({ name: "网关", way: undefined });
  expect(byText("li", "zh")).toEqual({ name: "li", way: undefined });
});

it("what was changed of an account is said in words, and what people gave stays", () => {
  const detail = "roles auditor, manager; disabled; new password";
  expect(detailText({ what: "PATCH /api/1/accounts/:name", detail }, "zh")).toBe(
    "角色 审计员, 值班负责人; 已停用; 新密码",
  );
  expect(detailText({ what: "deed note", detail }, "zh")).toBe(detail);
});

it("an alert is found by its number alone", () => {
  expect(alertOf({ subject: "alr_1x2y3z00001" })).toBe("alr_1x2y3z00001");
  expect(alertOf({ subject: "see alr_1x2y3z00001" })).toBeUndefined();
});

it("each thing can be chosen once, by its words", () => {
  const choices = whatChoices("zh");
  expect(new Set(choices.map(([what]) => what)).size).toBe(choices.length);
  expect(choices.find(([what]) => what === "command-refused")?.[1]).toBe("拒绝命令：…");
});
