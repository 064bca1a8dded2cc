import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { boardTroubles } from "./troubles.ts";

function troubled() {
  const seen: string[] = [];
  const { device, own } = boardTroubles(
    {
      id: "door",
      hear: () => [{ afterMs: 0, bytes: Uint8Array.of(1) }],
      tick: () => [Uint8Array.of(2)],
      act: (event, nowMs) => seen.push(`${Math.round(nowMs / 1_000)} ${JSON.stringify(event)}`),
    },
    new Random("troubles"),
  );
  return { seen, device, own };
}

test("the power goes at once for three seconds, and again about every minute until that ends", () => {
  const { seen, device, own } = troubled();
  own["power-cut"]?.(true, 0);
  for (let ms = 0; ms < 170_000; ms += 100) device.tick?.(ms);
  const off = seen.filter((line) => line.includes("false")).map((line) => Number.parseInt(line, 10));
  expect(off.length).toBeGreaterThanOrEqual(3);
  for (const [index, second] of off.entries()) {
    expect(seen[index * 2 + 1]).toBe(`${second + 3} {"kind":"power","ok":true}`);
    if (index > 0) expect(second - (off[index - 1] ?? 0)).toBeGreaterThan(44);
  }
  const before = seen.length;
  own["power-cut"]?.(false, 170_000);
  for (let ms = 170_000; ms < 400_000; ms += 100) device.tick?.(ms);
  expect(seen.length).toBe(before);
});

test("a plug that is out neither hears nor says, and has its power back when the fault ends early", () => {
  const { seen, device, own } = troubled();
  own.unplug?.(true, 0);
  expect(device.tick?.(0)).toEqual([]);
  expect(device.hear(Uint8Array.of(9), 10)).toEqual([]);
  own.unplug?.(false, 2_000);
  expect(seen).toEqual(['0 {"kind":"power","ok":false}', '2 {"kind":"power","ok":true}']);
  expect(device.hear(Uint8Array.of(9), 2_010)).toHaveLength(1);
});

test("parts are stuck by their names, and mended", () => {
  const { seen, own } = troubled();
  own["stuck-beam-a"]?.(true, 0);
  own["stuck-beam-a"]?.(false, 1_000);
  expect(seen).toEqual([
    '0 {"kind":"stuck","part":"beam-a","level":"high"}',
    '1 {"kind":"stuck","part":"beam-a","level":"free"}',
  ]);
});
