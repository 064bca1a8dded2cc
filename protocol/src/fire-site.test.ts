import { expect, test } from "vitest";
import { checkFire, Fire, fireDoorKey, fireWord } from "./fire-site.ts";

const fire = (change: object = {}) =>
  Fire.parse({ inputs: ["fire-1", "io-1:3"], doors: [{ device: "lock-1" }], ...change });

test.each([
  [
    { device: "fire-1", kind: "fire.on" },
    { input: "fire-1", on: true },
  ],
  [
    { device: "fire-1", kind: "fire.off" },
    { input: "fire-1", on: false },
  ],
  [
    { device: "io-1", kind: "input.on", value: 3 },
    { input: "io-1:3", on: true },
  ],
  [
    { device: "io-1", kind: "input.off", value: 3 },
    { input: "io-1:3", on: false },
  ],
  [{ device: "io-1", kind: "input.on", value: 4 }, undefined],
  [{ device: "io-1", kind: "fire.on" }, undefined],
  [{ device: "fire-1", kind: "input.on", value: 3 }, undefined],
  [{ device: "fire-1", kind: "door.opened" }, undefined],
] as const)("%j says %j", (reading, word) => {
  expect(fireWord(fire(), reading)).toEqual(word);
  expect(fireWord(undefined, reading)).toBeUndefined();
});

test("doors of one board are told apart, and one that is named twice is found", () => {
  const doors = [
    { device: "board", args: { door: 1 } },
    { device: "board", args: { door: 2 } },
    { device: "io-1", action: "output", args: { output: 4, on: false } },
    { device: "board", args: { door: 1, seconds: 5 } },
  ];
  const parsed = fire({ doors });
  expect(parsed.doors.map(fireDoorKey)).toEqual(["board door 1", "board door 2", "io-1 output 4", "board door 1"]);
  expect(checkFire(parsed, new Set(["fire-1", "io-1", "board"]))).toMatchObject([
    { path: "fire.doors[3]", reason: "says the same as fire.doors[0]" },
  ]);
});

test("what does not exist or cannot be told is named with its path", () => {
  const wrong = fire({ inputs: ["fire-2"], doors: [{ device: "lock-9", args: { hours: 1 } }] });
  expect(checkFire(wrong, new Set(["fire-1", "lock-1"])).map(({ path }) => path)).toEqual([
    "fire.inputs[0]",
    "fire.doors[0].device",
    "fire.doors[0].args",
  ]);
  expect(checkFire(undefined, new Set())).toEqual([]);
});
