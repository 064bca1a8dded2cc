import { ConfigError } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { parseSetting } from "./firmware-set.ts";

test("a setting is read by its name and its range", () => {
  expect(parseSetting("gap=30")).toEqual({ name: "gap", value: 30 });
  expect(parseSetting("pin-lock-1=127")).toEqual({ name: "pin-lock-1", value: 127 });
});

test.each([
  ["gap", /write NAME=NUMBER/],
  ["gap=x", /write NAME=NUMBER/],
  ["gapp=3", /no setting is named "gapp" -> one of fail-safe/],
  ["gap=101", /101 is out of range -> 0 to 100, from the factory 0/],
])("%s is explained", (text, message) => {
  expect(() => parseSetting(text)).toThrow(ConfigError);
  expect(() => parseSetting(text)).toThrow(message);
});
