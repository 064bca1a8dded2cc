/** The images as they are released, run instruction by instruction: what a door node does on its line and at its pins. */
import type { ChipName } from "@gatehouse/device-sim";
import { DOOR_NODE_EVENTS as EVENTS, LOCK_ACTIONS } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, test } from "vitest";
import { DoorNodeBoard } from "../../support/door-node-board.ts";

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
}, 120_000);

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
}, 120_000);
