import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceByName } from "../devices/catalogue.ts";
import { buildAvr } from "../testing/build-avr.ts";
import { createDoorNode, type DoorNode } from "./door-node.ts";

let hex: string;
let folder: string;
beforeAll(() => {
  hex = buildAvr({ program: "mirror", chip: "atmega328p" }).hex;
  folder = mkdtempSync(join(tmpdir(), "gatehouse-door-node-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** It has been on for a second when the world's clock shows 10,000. */
function standing(): DoorNode {
  const node = createDoorNode({ id: "door", chip: "atmega328p", hex, baud: 115_200, random: new Random("door") });
  node.tick?.(9_000);
  node.tick?.(10_000);
  return node;
}

/** What it sends, step by step, with the ms after 10,000. */
function said(node: DoorNode, untilMs: number): string[] {
  const lines: string[] = [];
  for (let ms = 0; ms <= untilMs; ms += 10)
    for (const bytes of node.tick?.(10_000 + ms) ?? [])
      for (const byte of bytes) lines.push(`${byte.toString(16)} ${ms}`);
  return lines;
}

const REST = 0x20;

test("a door at rest: beams see light, the contact is shut, loops are whole, nobody presses", () => {
  const node = createDoorNode({ id: "door", chip: "atmega328p", hex, baud: 115_200, random: new Random("door") });
  node.tick?.(0);
  expect(node.tick?.(10)).toEqual([Uint8Array.of(REST)]);
  expect(node.shown).toMatchObject({ on: true, lock: false, passed: { in: 0, out: 0 } });
});

test("who walks through is seen by both beams in their order, and has passed when through", () => {
  const node = standing();
  node.act({ kind: "walk", direction: "in", speedMmPerS: 1_000, depthMm: 280 }, 10_000);
  expect(said(node, 600)).toEqual(["24 310", "2c 410", "28 590"]);
  expect(node.shown.passed).toEqual({ in: 0, out: 0 });
  expect(said(node, 800)).toEqual(["20 690"]);
  expect(node.shown.passed).toEqual({ in: 1, out: 0 });
});

test("each part moves its own pin", () => {
  const node = standing();
  const after = (...event: Parameters<DoorNode["act"]>) => {
    node.act(...event);
    return node.tick?.(event[1] + 5);
  };
  expect(after({ kind: "door", open: true }, 10_010)).toEqual([Uint8Array.of(REST | 0x10)]);
  expect(after({ kind: "door", open: false }, 10_020)).toEqual([Uint8Array.of(REST)]);
  expect(after({ kind: "button", pressed: true }, 10_030)).toEqual([Uint8Array.of(0)]);
  expect(after({ kind: "button", pressed: false }, 10_040)).toEqual([Uint8Array.of(REST)]);
  expect(after({ kind: "tamper", on: true }, 10_050)).toEqual([Uint8Array.of(REST | 0x40)]);
  expect(after({ kind: "fire", on: true }, 10_060)).toEqual([Uint8Array.of(REST | 0xc0)]);
  expect(after({ kind: "beam", beam: "b", broken: true }, 10_070)).toEqual([Uint8Array.of(REST | 0xc8)]);
  expect(after({ kind: "stuck", part: "fire", level: "low" }, 10_080)).toEqual([Uint8Array.of(REST | 0x48)]);
  expect(after({ kind: "stuck", part: "fire", level: "free" }, 10_090)).toEqual([Uint8Array.of(REST | 0xc8)]);
});

test("the lock's pin follows the program, and drops with the power", () => {
  const node = standing();
  node.hear(Uint8Array.of(1), 10_010);
  node.tick?.(10_020);
  expect(node.shown.lock).toBe(true);
  node.act({ kind: "power", ok: false }, 10_030);
  expect(node.shown).toMatchObject({ on: false, lock: false });
  expect(node.tick?.(10_500)).toEqual([]);
  node.act({ kind: "power", ok: true }, 10_600);
  expect(node.tick?.(10_620)).toEqual([Uint8Array.of(REST)]);
  node.act({ kind: "brown-out" }, 10_700);
  expect(node.shown.resets).toMatchObject({ "power-on": 2, "brown-out": 1 });
});

test("time the machine slept is not made up for", () => {
  const node = standing();
  node.tick?.(1_000_000_000);
  expect(node.board.nowMs).toBeCloseTo(6_000, 3);
});

test("by name it takes its image and its EEPROM from files, and says what is wrong with them", () => {
  const image = join(folder, "mirror.hex");
  const eeprom = join(folder, "eeprom");
  writeFileSync(image, hex);
  writeFileSync(eeprom, Uint8Array.of(1, 2, 3));
  const make = (query: string) => deviceByName(`door-node?${query}`, 0, new Random("x"));
  const { device } = make(`hex=${image}&eeprom=${eeprom}`);
  device.tick?.(0);
  expect(device.tick?.(10)).toHaveLength(1);
  const refusal = (query: string): string => {
    try {
      make(query);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return "none";
  };
  expect(refusal("")).toContain("name the image: hex=FILE");
  expect(refusal(`hex=${folder}/none.hex`)).toMatch(/none.hex" cannot be read: ENOENT/);
  expect(refusal(`hex=${eeprom}`)).toMatch(/line 1 of the hex file is not ":" and pairs/);
  expect(refusal(`hex=${image}&chip=z80`)).toContain("chip");
});

test("what is written to the EEPROM is in its file for the next life", () => {
  const eeprom = join(folder, "kept");
  const image = join(folder, "watchdog.hex");
  writeFileSync(image, buildAvr({ program: "watchdog", chip: "atmega328p" }).hex);
  for (const boots of [0, 1]) {
    const { device } = deviceByName(`door-node?hex=${image}&eeprom=${eeprom}&boardBaud=115200`, 0, new Random("x"));
    device.tick?.(0);
    device.tick?.(90);
    device.act({ kind: "power", ok: false }, 90);
    expect(readFileSync(eeprom)[7]).toBe(boots);
    expect(readFileSync(eeprom)).toHaveLength(1_024);
  }
});
