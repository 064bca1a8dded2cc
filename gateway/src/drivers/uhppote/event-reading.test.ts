import { type UhppoteEvent, uhppoteReason } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { Pseudonymized } from "../../core/ports.ts";
import { boardsOf } from "./board-devices.ts";
import { UhppoteConfig } from "./config.ts";
import { readingOf } from "./event-reading.ts";

const EVENT: UhppoteEvent = {
  index: 9,
  type: 1,
  granted: true,
  door: 1,
  direction: 1,
  card: 6_154_413,
  time: { year: 2026, month: 11, day: 25, hour: 9, minute: 0, second: 7 },
  reason: 1,
};
const CONTEXT = {
  device: "in-1",
  epoch: 7,
  nowMs: Date.UTC(2026, 10, 25, 1, 0, 9),
  timezone: "Asia/Shanghai",
  cards: "wiegand26" as const,
  pseudonym: (text: string) => `of ${text}`,
};
const plain = (event: Partial<UhppoteEvent>, context: Partial<typeof CONTEXT> = {}) => {
  const item = readingOf({ ...EVENT, ...event }, { ...CONTEXT, ...context });
  return item instanceof Pseudonymized ? item.item : item;
};

test("a card read with 26 bits is the same card as with any other reader", () => {
  expect(plain({})).toEqual({
    ...{ device: "in-1", epoch: 7, seq: 9, kind: "access.granted" },
    ...{ at: "2026-11-25T09:00:07.000+08:00", credential: "of 3DD48D" },
  });
  expect(plain({ card: 0xdeadbeef }, { cards: "wiegand34" as never })).toMatchObject({ credential: "of DEADBEEF" });
  expect(plain({ card: 99_970_000 })).toMatchObject({ credential: "of 05F56BD0" });
});

test("a card is a card only where the reason says so", () => {
  for (let reason = 0; reason < 256; reason++) {
    const item = plain({ reason });
    if (item !== undefined)
      expect("credential" in (item as object), `reason ${reason}`).toBe(uhppoteReason(reason).card);
  }
});

test("what has no meaning here makes no reading", () => {
  expect([0, 2, 29, 40, 41, 42, 99].map((reason) => plain({ reason }))).toEqual(Array(7).fill(undefined));
});

test("a refusal says why, a button at which door", () => {
  expect(plain({ granted: false, reason: 13 })).toMatchObject({ kind: "access.denied", value: "outside-allowed-time" });
  expect(plain({ granted: false, reason: 13, card: 0 })).not.toHaveProperty("credential");
  expect(plain({ reason: 20, door: 3 })).toMatchObject({ kind: "input.on", value: 3 });
});

test("a time that cannot be is left out", () => {
  const at = (year: number) => plain({ time: { ...(EVENT.time as NonNullable<UhppoteEvent["time"]>), year } });
  expect(at(2026)).toHaveProperty("at");
  for (const year of [2000, 2009, 2027]) expect(at(year)).not.toHaveProperty("at");
});

const device = (id: string, own: object) => ({ id, kind: "reader" as const, driver: "b", reversed: false, ...own });

test("a card's reading goes to the side it was shown on, a door's events to one device", () => {
  const [board] = boardsOf([
    device("out-1", { serial: 5, door: 1, direction: "out" }),
    device("in-1", { serial: 5, door: 1, direction: "in" }),
    device("door-2", { serial: 5, door: 2 }),
    device("whole", { serial: 5 }),
  ]);
  const of = (door: number, direction: number, reason: number) => board?.deviceOf({ door, direction, reason });
  expect([of(1, 1, 1), of(1, 2, 1), of(1, 2, 6)]).toEqual(["in-1", "out-1", "out-1"]);
  expect([of(1, 1, 23), of(1, 2, 24), of(1, 2, 38)]).toEqual(["in-1", "in-1", "in-1"]);
  expect([of(2, 1, 1), of(2, 2, 1), of(2, 2, 23)]).toEqual(["door-2", "door-2", "door-2"]);
  expect([of(0, 0, 28), of(3, 1, 1)]).toEqual(["whole", "whole"]);
});

test("boards are kept apart, and one without a device of its own speaks through a door", () => {
  const boards = boardsOf([device("a", { serial: 1, door: 1 }), device("b", { serial: 2, door: 1 })]);
  expect(boards.map(({ serial, ids }) => [serial, ids])).toEqual([
    [1, ["a"]],
    [2, ["b"]],
  ]);
  expect(boards[0]?.deviceOf({ door: 0, direction: 0, reason: 28 })).toBe("a");
  expect(boards[0]?.deviceOf({ door: 4, direction: 1, reason: 1 })).toBeUndefined();
});

test("mistakes in the site file are named", () => {
  const problem = (config: object) => UhppoteConfig.safeParse(config).error?.issues[0];
  expect(problem({ boards: [{ serial: 1, host: "10.0.0.9:99999" }] })).toMatchObject({ path: ["boards", 0, "host"] });
  expect(problem({ boards: [{ serial: 0, host: "10.0.0.9" }] })).toMatchObject({ path: ["boards", 0, "serial"] });
  const twice = [1, 1].map((serial) => ({ serial, host: "10.0.0.9" }));
  expect(problem({ boards: twice })).toMatchObject({
    path: ["boards", 1, "serial"],
    message: "board 1 is listed twice",
  });
  expect(problem({ setListener: true })?.message).toMatch(/needs `listen` with this machine's own IPv4 address/);
  expect(problem({ setListener: true, listen: "0.0.0.0:60001" })?.path).toEqual(["setListener"]);
  expect(problem({ listen: "10.0.0.5" })?.message).toMatch(/must be HOST:PORT/);
  expect(UhppoteConfig.parse({}).broadcast).toEqual({ host: "255.255.255.255", port: 60_000 });
});
