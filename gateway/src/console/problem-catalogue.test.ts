import { ConfigError, LinkError, RejectedError } from "@gatehouse/protocol";
import { describe, expect, test } from "vitest";
import { catalogueEntry, PROBLEMS, type ProblemCode } from "./problem-catalogue.ts";
import { problemOf, Refusal, refusalOf } from "./refusal.ts";

const HAN = /\p{Script=Han}/u;
const codes = Object.keys(PROBLEMS) as ProblemCode[];
const placesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

describe.each(codes)("%s", (code) => {
  const { message, fix, status } = catalogueEntry(code);
  const sentences = [message, ...(fix === undefined ? [] : [fix])];

  test("is said in both languages, with the same values", () => {
    expect(status).toBeGreaterThanOrEqual(400);
    for (const { zh, en } of sentences) {
      expect(zh).toMatch(HAN);
      expect(en).not.toMatch(HAN);
      expect(placesIn(zh)).toEqual(placesIn(en));
    }
  });

  test("comes in the reader's language, a reason of the gateway within it too", () => {
    const values = { reason: "the line is down", id: "the line is down", seconds: 3 };
    const zh = problemOf(new Refusal(code, { values }), "zh").body;
    const en = problemOf(new Refusal(code, { values }), "en").body;
    expect([zh.code, en.code]).toEqual([code, code]);
    expect(en.message).not.toMatch(HAN);
    if (message.zh.includes("{reason}")) expect(zh.message).toContain("线路不通");
    // What a caller wrote stays as it was written.
    if (message.zh.includes("{id}")) expect(zh.message).toContain("the line is down");
  });
});

test.each([
  [new ConfigError({ path: "console.listen", reason: "is missing", fix: "add it: text" }), "缺少此项", "请补上：文字"],
  [new ConfigError({ path: "a", reason: 'there is no space "x"' }), "没有空间“x”", undefined],
])("a wrong configuration keeps its path, and says what to write in Chinese", (error, reason, fix) => {
  const refusal = refusalOf(error);
  const { body } = problemOf(refusal ?? new Refusal("fault"), "zh");
  const path = error.problems[0]?.path;
  expect(body.problems).toEqual([fix === undefined ? { path, reason } : { path, reason, fix }]);
});

test.each([
  [new LinkError("closed", "driver bus: the line is down"), "unavailable", "驱动bus：线路不通"],
  [new LinkError("timeout", "no answer within 50 ms"), "timeout", "50毫秒内没有应答"],
  [new RejectedError("lock-1 has one lock: leave `door` out"), "refused", "lock-1只有一把锁"],
])("what broke or was refused tells why in Chinese: %s", (error, code, text) => {
  const { body } = problemOf(refusalOf(error) ?? new Refusal("fault"), "zh");
  expect(body.code).toBe(code);
  expect(body.message).toContain(text);
});
