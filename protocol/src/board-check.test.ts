import { expect, test } from "vitest";
import { checkBoards } from "./board-check.ts";
import { Site } from "./site.ts";

const problemsOf = (boards: readonly object[]) => {
  const device = (id: string, more: object = {}) => ({ id, kind: "contact", portal: "d", ...more });
  const site = Site.parse({
    site: { id: "s", name: "s", kind: "rental-compound" },
    spaces: [{ id: "flat", kind: "flat" }],
    portals: [{ id: "d", kind: "door", from: "outside", to: "flat" }],
    devices: [device("one"), device("two"), device("far", { driver: "bus" })],
    boards,
  });
  return checkBoards(site).map(({ path, reason, fix }) => `${path}: ${reason} -> ${fix}`);
};
const link = "tcp:10.0.0.9:4001";
const sensor = (device: string, more: object = {}) => ({ device, type: "switch", pin: 10, ...more });

test("one device may take all of a board's own messages, and a sensor another", () => {
  expect(
    problemsOf([{ id: "a", link, counter: "one", door: "one", locks: ["one"], sensors: [sensor("two")] }]),
  ).toEqual([]);
});

test("a device that is not there, of another driver, or spoken for twice is named with advice", () => {
  expect(problemsOf([{ id: "a", link, counter: "onne", door: "far" }])).toEqual([
    'boards[0].counter: there is no device "onne" -> did you mean "one"?',
    'boards[0].door: "far" is of driver "bus" -> the devices of a board are of driver mqtt: remove `driver`',
  ]);
  expect(
    problemsOf([
      { id: "a", link, door: "one" },
      { id: "a", link, door: "one" },
    ]),
  ).toEqual([
    'boards[1].id: "a" is already used by boards[0].id -> choose another id',
    'boards[1].door: "one" is already spoken for by boards[0].door -> give it a device of its own',
  ]);
  expect(problemsOf([{ id: "a", link, door: "one", sensors: [sensor("one")] }])).toEqual([
    'boards[0].sensors[0].device: "one" is already spoken for by boards[0].door -> give it a device of its own',
  ]);
});

test("pins that are taken or cannot do it", () => {
  const level = (more: object) => sensor("two", { type: "level", pin: "A0", ...more });
  const one = (...sensors: readonly object[]) => problemsOf([{ id: "a", link, sensors }]);
  expect(one(sensor("one"), sensor("two"))).toEqual([
    "boards[0].sensors[1].pin: pin 10 is already sensors[0]'s -> name another pin",
  ]);
  expect(one(level({ pin: 11 }))).toEqual([
    "boards[0].sensors[0].pin: pin 11 measures no level -> name an analog pin, as A0",
  ]);
  expect(one(sensor("two", { reads: "power" }))).toEqual([
    "boards[0].sensors[0].reads: only a level gives power -> write type: level",
  ]);
  expect(one(level({ on: 400, off: 400 }))).toEqual([
    "boards[0].sensors[0].off: 400 is not below on (400) -> write a smaller off",
  ]);
});
