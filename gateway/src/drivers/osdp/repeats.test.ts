/** An event told again because the session was lost is known; the same card once more is not. */
import type { OsdpReply } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { memoryVault } from "../../testing/driver-deps.ts";
import { Repeats, repeatsOf } from "./repeats.ts";

const CARD: OsdpReply = { kind: "raw", reader: 0, format: 1, bits: 26, data: Uint8Array.of(0x80, 0x80, 1, 0) };

test("told again in a new session it is a repeat, told again in the same one it is news", () => {
  const repeats = new Repeats();
  repeats.taken(CARD, 1, 0);
  expect(repeats.isRepeat(CARD, 2, 1_000)).toBe(true);
  expect(repeats.isRepeat(CARD, 1, 1_000)).toBe(false);
});

test("told again over the next line it is a repeat, whatever number its session has there", () => {
  const vault = memoryVault();
  repeatsOf(vault, "reader-1").taken(CARD, 1, 0);
  expect(repeatsOf(memoryVault(), "reader-1").isRepeat(CARD, 1, 1_000)).toBe(false);
  expect(repeatsOf(vault, "reader-2").isRepeat(CARD, 1, 1_000)).toBe(false);
  expect(repeatsOf(vault, "reader-1").isRepeat(CARD, 1, 1_000)).toBe(true);
});

test("once the reader has said that it holds nothing, the same card is a new one", () => {
  const repeats = new Repeats();
  repeats.taken(CARD, 1, 0);
  repeats.nothingHeld();
  expect(repeats.isRepeat(CARD, 2, 1_000)).toBe(false);
});
