import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

it("writes the example of RFC 8785, section 3.2.2, as section 3.2.3 has it", () => {
  const value = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`);
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

it("sorts names by their UTF-16 code units, as RFC 8785, section 3.2.3, shows", () => {
  const value = JSON.parse(String.raw`{
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
  }`);
  const names = ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign"];
  const written = canonicalJson(value) ?? "";
  expect(Object.values(JSON.parse(written.replace('"1":', '"x1":')) as object)).toEqual([
    ...names,
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

it.each([
  [0, "0"],
  [-0, "0"],
  [5e-324, "5e-324"],
  [-5e-324, "-5e-324"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [9007199254740992, "9007199254740992"],
  [295147905179352830000, "295147905179352830000"],
  [9.999999999999997e22, "9.999999999999997e+22"],
  [1e23, "1e+23"],
  [0.000001, "0.000001"],
  [333333333.33333325, "333333333.33333325"],
  [1424953923781206.2, "1424953923781206.2"],
])("writes %d as appendix B of RFC 8785 does", (number, text) => {
  expect(canonicalJson(number)).toBe(text);
});

it("has no text for what cannot be signed", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, "\ud800", { "\udc00": 1 }, [undefined], deep])
    expect(canonicalJson(value)).toBeUndefined();
});
