import { expect, test } from "vitest";
import { inLanguage } from "../words/said.ts";
import { readyMaps } from "./register-maps.ts";

test("every map that comes along is offered, with what a device of it is", () => {
  expect(readyMaps().map(({ id, kind }) => [id, kind])).toEqual([
    ["dds238", "energy-meter"],
    ["ddsu666", "energy-meter"],
    ["gauger", "counter"],
    ["io-8ch", undefined],
    ["people-counter", "counter"],
    ["turnstile", "turnstile"],
  ]);
});

test("each has a name in Chinese", () => {
  for (const { name } of readyMaps()) expect(inLanguage(name, "zh")).toMatch(/\p{Script=Han}/u);
});
