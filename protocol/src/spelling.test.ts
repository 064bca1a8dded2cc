import { expect, test } from "vitest";
import { closest, didYouMean, editDistance } from "./spelling.ts";

test.each([
  ["", "", 0],
  ["abc", "abc", 0],
  ["abc", "abd", 1],
  ["abc", "ab", 1],
  ["abc", "acb", 1],
  ["door-320", "door-302", 1],
  ["kitten", "sitting", 3],
  ["", "abc", 3],
])("from %j to %j it takes %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("the closest name is suggested, however it is capitalised", () => {
  expect(didYouMean("Reversd", ["reversed", "recorded"])).toBe('did you mean "reversed"?');
});

test("nothing is suggested where nothing is close", () => {
  expect(closest("a", ["xyz"])).toBeUndefined();
  expect(closest("meters", ["spaces", "portals"])).toBeUndefined();
  expect(closest("x", [])).toBeUndefined();
});
