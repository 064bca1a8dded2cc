import { encodeV1, toHex } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { beforeAll, expect, test } from "vitest";
import { buildAvr } from "../testing/build-avr.ts";
import { createDoorNode, type DoorNode } from "./door-node.ts";

let hex: string;
beforeAll(() => {
  hex = buildAvr({ program: "mirror", chip: "atmega328p" }).hex;
});

const make = (image?: string): DoorNode => {
  const options = {
    id: "door",
    chip: "atmega328p",
    baud: 115_200,
    random: new Random("boot"),
    bootloader: {},
  } as const;
  const node = createDoorNode({ ...options, hex: image });
  node.tick?.(0);
  return node;
};

/** What it says until then, in hex, one entry for each that speaks. */
function until(node: DoorNode, fromMs: number, untilMs: number): string[] {
  const said: string[] = [];
  for (let ms = fromMs; ms <= untilMs; ms += 10) said.push(...(node.tick?.(ms) ?? []).map(toHex));
  return said;
}
const ask = (node: DoorNode, nowMs: number, command: Parameters<typeof encodeV1>[0]) =>
  node.hear(encodeV1(command), nowMs).map(({ bytes }) => toHex(bytes));

test("a reset gives it the chip for a second: pins are let go, then the program begins anew", () => {
  const node = make(hex);
  expect(until(node, 10, 100)).toEqual(["20"]);
  node.hear(Uint8Array.of(1), 110);
  until(node, 120, 150);
  expect(node.shown).toMatchObject({ boot: false, lock: true });
  node.act({ kind: "reset" }, 160);
  expect(node.shown).toMatchObject({ on: true, boot: true, lock: false });
  expect(ask(node, 200, { kind: "sync" })).toEqual(["14 10"]);
  expect(until(node, 210, 1_190)).toEqual([]);
  expect(until(node, 1_200, 1_300)).toEqual(["20"]);
  expect(node.shown).toMatchObject({ boot: false, resets: { external: 1, "power-on": 1 } });
});

test("leaving begins the program at once", () => {
  const node = make(hex);
  until(node, 10, 100);
  node.act({ kind: "reset" }, 160);
  expect(ask(node, 200, { kind: "leave" })).toEqual(["14 10"]);
  expect(until(node, 210, 300)).toEqual(["20"]);
});

test("an empty board waits for as long as it takes, also after its power was away", () => {
  const node = make();
  expect(until(node, 10, 5_000)).toEqual([]);
  expect(ask(node, 5_010, { kind: "signature" })).toEqual(["14 1E 95 0F 10"]);
  node.act({ kind: "power", ok: false }, 5_100);
  expect(node.shown.on).toBe(false);
  expect(ask(node, 5_200, { kind: "sync" })).toEqual([]);
  node.act({ kind: "power", ok: true }, 5_300);
  expect(ask(node, 5_400, { kind: "sync" })).toEqual(["14 10"]);
});

test("after a loss of power a board with a program runs it at once", () => {
  const node = make(hex);
  until(node, 10, 100);
  node.act({ kind: "power", ok: false }, 110);
  node.act({ kind: "power", ok: true }, 200);
  expect(until(node, 210, 260)).toEqual(["20"]);
});
