import { expect, test } from "vitest";
import { LIT_MS, litDevices, type SeenReading } from "./seen-cards.ts";

const reading = (device: string, kind: string, card = false): SeenReading => ({
  at: "2026-11-25T08:00:00Z",
  device,
  kind,
  meaning: { en: kind, zh: kind },
  card,
});

test("the device that saw a card comes first, and stays lit for a while", () => {
  const first = litDevices([], [reading("lock-1", "card.read", true)], 1_000);
  const second = litDevices(first, [reading("lock-2", "access.denied", true)], 2_000);
  expect(second.map(({ device }) => device)).toEqual(["lock-2", "lock-1"]);
  expect(litDevices(second, [], 1_000 + LIT_MS).map(({ device }) => device)).toEqual(["lock-2"]);
});

test("meters and sensors that speak by themselves do not light up", () => {
  expect(litDevices([], [reading("meter-1", "meter.energyWh"), reading("radar-1", "presence.on")], 0)).toEqual([]);
});

test("the door that opens after the card does not hide the card", () => {
  const card = litDevices([], [reading("lock-1", "card.read", true)], 0);
  expect(litDevices(card, [reading("lock-1", "door.opened")], 10)).toEqual([
    { device: "lock-1", atMs: 10, card: true },
  ]);
});
