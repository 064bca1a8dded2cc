/** The images as they are released, run instruction by instruction: what a door node does on its line and at its pins. */
import type { ChipName } from "@gatehouse/device-sim";
import { DOOR_NODE_EVENTS as EVENTS, LOCK_ACTIONS, readIntelHex, toHex } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, test } from "vitest";
import { DoorNodeBoard } from "../../support/door-node-board.ts";

/** The image with one bit of the last letter of that text changed. */
function withBitFlipped(hex: string, text: string): string {
  const bytes = readIntelHex(hex, 32_768);
  const used = bytes.findLastIndex((byte) => byte !== 0xff) + 1;
  const at = Buffer.from(bytes).indexOf(text) + text.length - 1;
  expect(at).toBeGreaterThan(text.length);
  bytes[at] = (bytes[at] as number) ^ 1;
  const lines = Array.from({ length: Math.ceil(used / 16) }, (_, line) => {
    const data = bytes.subarray(16 * line, Math.min(used, 16 * line + 16));
    const body = [data.length, (16 * line) >> 8, (16 * line) & 0xff, 0, ...data];
    const sum = body.reduce((total, byte) => total + byte, 0);
    return `:${toHex(Uint8Array.from([...body, -sum & 0xff])).replaceAll(" ", "")}`;
  });
  return [...lines, ":00000001FF", ""].join("\n");
}

const CHIPS: readonly ChipName[] = ["atmega328p", "atmega2560"];

function greeted(chip: ChipName, seed: string): DoorNodeBoard {
  const node = new DoorNodeBoard(chip, seed);
  node.run(300);
  node.greet();
  return node;
}

describe.each(CHIPS)("%s", (chip) => {
  test("starts, greets, and tells who walked through which way", () => {
    const node = new DoorNodeBoard(chip, "walks");
    node.run(300);
    const hello = node.greet();
    expect(hello).toMatchObject({ protocol: 1, chip: chip === "atmega328p" ? 1 : 2, boot: 1, journal: 1, cause: 1 });
    expect(node.walk({ direction: "in" }, 1_500).map(({ event }) => event)).toEqual([EVENTS["passed-in"]]);
    expect(node.walk({ direction: "out", speedMmPerS: 800 }, 2_000).map(({ event }) => event)).toEqual([
      EVENTS["passed-out"],
    ]);
    node.say({ kind: "counts-query" });
    node.run(100);
    expect(node.last("counts")).toMatchObject({ in: 1, out: 1 });
    expect(node.board.resets.watchdog).toBe(0);
    expect(node.board.overruns).toBe(0);
  });

  test("a lock is released for its pulse and no ms longer, by the pin", () => {
    const node = greeted(chip, "lock");
    const { boot } = node.last("hello");
    const { timeMs } = node.last("hello");
    node.say({
      kind: "lock",
      boot,
      command: 1,
      lock: 0,
      action: LOCK_ACTIONS.pulse,
      pulseMs: 500,
      notAfterMs: timeMs + 5_000,
    });
    node.run(1_000);
    expect(node.last("lock-result")).toMatchObject({ command: 1, status: 0, released: 1 });
    const [released, secured] = node.lock.slice(-2);
    expect([released?.high, secured?.high]).toEqual([true, false]);
    expect(Math.abs((secured?.atMs ?? 0) - (released?.atMs ?? 0) - 500)).toBeLessThan(3);
  });
});

test("the image reads itself through, and tells a bit that is not as it was built", () => {
  const selfTest = (change: (hex: string) => string) => {
    const node = new DoorNodeBoard("atmega328p", "flash", { change });
    node.run(5_000);
    node.say({ kind: "self-test" });
    node.run(100);
    return node.last("self-test-result").problems;
  };
  expect(selfTest((hex) => hex)).toBe(0);
  // The last letter of the firmware's name.
  expect(selfTest((hex) => withBitFlipped(hex, "GatehouseDoorNode"))).toBe(128);
});

test("two boards out of the box have numbers of their own, and keep them", () => {
  const identity = (seed: string, eeprom?: Uint8Array) => {
    const node = new DoorNodeBoard("atmega328p", seed, { eeprom });
    node.run(400);
    node.say({ kind: "identity-query" });
    node.run(100);
    return { identity: node.last("identity").identity, eeprom: node.board.eeprom };
  };
  const boards = Array.from({ length: 8 }, (_, index) => identity(`identity/${index}`));
  expect(new Set(boards.map((one) => one.identity)).size).toBe(8);
  expect(identity("other RAM", boards[0]?.eeprom).identity).toBe(boards[0]?.identity);
});

test("passages of every speed and distance are counted as they were", () => {
  const node = greeted("atmega328p", "passages");
  const random = new Random("passages");
  const missed: object[] = [];
  for (let passage = 0; passage < 60; passage++) {
    const direction = random.chance(0.5) ? ("in" as const) : ("out" as const);
    const walk = {
      direction,
      speedMmPerS: random.int(400, 2_000),
      depthMm: random.int(220, 350),
      people: random.int(1, 2),
      gapMm: random.int(60, 600),
    };
    const seen = node.walk(walk, 200 + (2_500 * 1_000) / walk.speedMmPerS).map(({ event }) => event);
    const wanted = Array.from({ length: walk.people }, () => EVENTS[`passed-${direction}`]);
    if (JSON.stringify(seen) !== JSON.stringify(wanted)) missed.push({ ...walk, seen });
  }
  expect(missed).toEqual([]);
}, 300_000);

test("what nobody acknowledged outlives a reset of the line, and comes once there is a host again", () => {
  const node = greeted("atmega328p", "outage");
  const { journal } = node.last("hello");
  node.acknowledges = false;
  for (const direction of ["in", "out", "in"] as const) node.walk({ direction }, 2_000);
  const known = node.events.length;
  node.door.act({ kind: "reset" });
  node.run(500);
  node.acknowledges = true;
  expect(node.greet()).toMatchObject({ journal, boot: 2, cause: 2, lost: 0 });
  node.run(2_000);
  const { "passed-in": inward, "passed-out": outward, started } = EVENTS;
  expect(node.events.slice(known).map(({ event }) => event)).toEqual(
    expect.arrayContaining([inward, outward, inward, started]),
  );
  expect(node.events.map(({ seq }) => seq)).toEqual(node.events.map((_, index) => index + 1));
});

test("power cuts at any instant leave no lock open, and each start is a new boot and a new journal", () => {
  const random = new Random("cuts");
  const node = greeted("atmega328p", "cuts");
  for (let cut = 1; cut <= 25; cut++) {
    const { boot, timeMs } = node.last("hello");
    node.say({
      kind: "lock",
      boot,
      command: cut,
      lock: 0,
      action: LOCK_ACTIONS.pulse,
      pulseMs: 6_000,
      notAfterMs: timeMs + 5_000,
    });
    node.door.act({ kind: "walk", direction: "in" });
    node.run(random.int(1, 1_500) + random.int(0, 999) / 1_000);
    node.door.act({ kind: "power", ok: false });
    expect(node.door.isHigh("lock-0")).toBe(false);
    const movedBefore = node.lock.length;
    node.run(3_000);
    node.door.act({ kind: "power", ok: true });
    node.run(300);
    expect(node.lock.slice(movedBefore)).toEqual([]);
    const hello = node.greet();
    expect(hello.boot).toBe(boot + 1);
    expect(hello.journal).toBe(hello.boot);
  }
  expect(node.events.filter(({ event }) => event === EVENTS["passed-in"]).length).toBeGreaterThan(3);
  expect(node.lock.filter(({ high }) => high).length).toBeGreaterThan(15);
  expect(node.board.resets["power-on"]).toBe(26);
}, 300_000);
