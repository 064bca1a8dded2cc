import { expect, it } from "vitest";
import { hasRepeatedKeys } from "./repeated-keys.ts";

it.each([
  ['{"a":1,"a":1}', true],
  ['{"a":1,"\\u0061":2}', true],
  ['[{"a":{"b":[{"c":1,"c":2}]}}]', true],
  ['{"a":["x",{"b":1}],"a":2}', true],
  ['{"a":1,"b":{"a":1},"c":["a","a","a"]}', false],
  ['{"a":"a","b":"\\"a\\":{,","c":"\\\\"}', false],
  ["[[],{},1]", false],
])("%s: %s", (text, repeated) => {
  expect(hasRepeatedKeys(text)).toBe(repeated);
});
