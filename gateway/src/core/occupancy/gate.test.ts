import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { createGateMemory, doorBehindGate, gateFromJson, gateToJson, strangerAtGate } from "./gate.ts";

const MIN = 60_000;

it("learns whose room an unlisted card is from the door that opens after it, among the doors of everybody else", () => {
  const random = new Random(3);
  let memory = createGateMemory();
  let home: string | undefined;
  for (let day = 0; day < 12; day++) {
    const atMs = day * 1440 * MIN;
    for (let other = 0; other < 3; other++) doorBehindGate(memory, `S${random.int(1, 16)}`, atMs + other * 10_000);
    home = strangerAtGate(memory, "c_x", atMs, true);
    doorBehindGate(memory, `S${random.int(1, 16)}`, atMs + 20_000);
    doorBehindGate(memory, "S7", atMs + 40_000);
    memory = gateFromJson(JSON.parse(JSON.stringify(gateToJson(memory))));
  }
  expect(home).toBe("S7");
});

it("claims nothing of a card whose owner goes anywhere, or out", () => {
  const memory = createGateMemory();
  for (let i = 0; i < 30; i++) {
    strangerAtGate(memory, "c_x", i * 60 * MIN, true);
    doorBehindGate(memory, `S${i % 5}`, i * 60 * MIN + 30_000);
    expect(strangerAtGate(memory, "c_out", i * 60 * MIN, false)).toBeUndefined();
  }
  expect(strangerAtGate(memory, "c_x", 31 * 60 * MIN, true)).toBeUndefined();
});

it("takes nobody for one of the only room that is known, whose door opens now and then after whoever comes in", () => {
  const random = new Random(5);
  const memory = createGateMemory();
  const homes = new Set<string | undefined>();
  let owner: string | undefined;
  for (let entry = 0; entry < 200; entry++) {
    const atMs = entry * 30 * MIN;
    const home = strangerAtGate(memory, `c_${random.int(0, 9)}`, atMs, true);
    if (entry >= 100) homes.add(home);
    if (random.chance(0.2)) doorBehindGate(memory, "S1", atMs + 40_000);
    owner = strangerAtGate(memory, "c_own", atMs + 10 * MIN, true);
    if (random.chance(0.8)) doorBehindGate(memory, "S1", atMs + 11 * MIN);
  }
  expect([...homes]).toEqual([undefined]);
  expect(owner).toBe("S1");
});

it("stays bounded under cards that are never seen again", () => {
  const memory = createGateMemory();
  for (let i = 0; i < 1_000; i++) strangerAtGate(memory, `c_${i}`, i, true);
  expect(memory.strangers.size).toBe(256);
  expect(memory.recent.length).toBeLessThanOrEqual(16);
});
