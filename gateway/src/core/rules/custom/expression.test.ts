import { describe, expect, it, test } from "vitest";
import { compileExpression, MAX_NODES } from "./expression.ts";
import type { Facts, Moment } from "./variables.ts";

const FACTS: Facts = {
  hour: 3,
  weekday: 7,
  night: true,
  present: 3,
  limit: 2,
  pOver: 0.8,
  kind: "door.opened",
  value: 2.5,
};

function value(text: string, facts: Facts = FACTS, when: Moment = "reading"): boolean | undefined | string {
  const compiled = compileExpression(text, when);
  return compiled.ok ? compiled.expression.evaluate(facts) : compiled.complaint.reason;
}

test.each([
  ["hour >= 2 && hour < 5", true],
  ["present > limit + 1", false],
  ["present * 2 > limit + 3 && !(weekday == 6)", true],
  ["present > limit * 1.4", true],
  ['kind in ["door.opened", "door.forced"]', true],
  ['kind.startsWith("door.") && night', true],
  ["pOver > 0.9 || value == 2.5", true],
  ["night ? present > 2 : present > 20", true],
  ["hour % 2 == 1", true],
  ["value / 2 < 1", false],
])("%s is %j", (text, expected) => {
  expect(value(text)).toBe(expected);
});

test("an expression says nothing where a name it uses is not known", () => {
  expect(value("residing > registered", { residing: 3 })).toBeUndefined();
  expect(value("residing > registered", { residing: 3, registered: 2 })).toBe(true);
});

describe("what is wrong is said with its column and what to write", () => {
  const wrong = (text: string, when: Moment = "reading") => {
    const compiled = compileExpression(text, when);
    return compiled.ok ? undefined : compiled.complaint;
  };

  it.each([
    ["hour >= 2 && presnt > 3", 14, 'there is no "presnt"', 'did you mean "present"?'],
    ["hour >= 2 and night", 11, "cannot be read: Unexpected character: 'd' near `and night`", 'write && for "and"'],
    ["hour = 2", 6, "cannot be read: Unexpected character: = near `= 2`", "== for"],
    ['hour == "2"', 1, "no such overload: int == string", "compare like with like"],
    ["present + 1", 1, "is int, not true or false", "present > limit"],
    ['kind.matches("(a+)+$")', 1, "`matches(…)` cannot be used here", "startsWith"],
    ["[1, 2].exists(x, x > 1)", 1, "`exists(…)` cannot be used here", "allowed are"],
    ["size(kind) > 3", 1, "`size(…)` cannot be used here", "allowed are"],
    ["kind.length > 3", 1, "`kind.length` cannot be used here", "docs/rules.md"],
  ])("%s", (text, column, reason, fix) => {
    const complaint = wrong(text);
    expect(complaint?.reason).toBe(reason);
    expect(complaint?.column).toBe(column);
    expect(complaint?.fix).toContain(fix);
  });

  it("names the readings' own names in a rule of the calendar", () => {
    expect(wrong('night && kind == "panic"', "calendar")).toEqual({
      column: 10,
      reason: "`kind` belongs to a reading, and this rule is judged by calendar",
      fix: "write `when: reading`, or leave it out",
    });
  });

  it("refuses what is too large, too deep or too long a list", () => {
    const long = Array.from({ length: MAX_NODES }, () => "night").join(" && ");
    const deep = `${"(night && ".repeat(60)}night${")".repeat(60)}`;
    const nested = `${"!".repeat(MAX_NODES)}night`;
    const list = `hour in [${Array.from({ length: 100 }, (_, i) => i).join(", ")}]`;
    for (const text of [long, deep, nested, list])
      expect(wrong(text)?.reason, text.slice(0, 30)).toContain("is too large");
  });
});

test("a failing evaluation is the caller's to hear of", () => {
  expect(() => value("1 / present > 0", { present: 0 })).toThrow("division by zero");
});

test("the largest expression there may be costs microseconds", () => {
  const text = Array.from({ length: 48 }, (_, i) => `present != ${i + 100}`).join(" && ");
  const compiled = compileExpression(text, "estimate");
  if (!compiled.ok) expect.fail(compiled.complaint.reason);
  const started = process.cpuUsage().user;
  for (let i = 0; i < 2_000; i++) compiled.expression.evaluate(FACTS);
  expect((process.cpuUsage().user - started) / 2_000).toBeLessThan(500);
});
