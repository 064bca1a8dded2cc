import { expect, test } from "vitest";
import { memoryVault } from "../../testing/driver-deps.ts";
import { MemoryLog } from "../../testing/log.ts";
import { AlarmMemory } from "./alarm-memory.ts";

async function life(vault: ReturnType<typeof memoryVault>): Promise<AlarmMemory> {
  const memory = new AlarmMemory(vault, new MemoryLog());
  await memory.read();
  return memory;
}

test("a call that is on disk stands in the next life until it ends", async () => {
  const vault = memoryVault();
  const first = await life(vault);
  expect(first.hear("b sos", true)).toBe(false);
  await first.keep(first.take());
  const second = await life(vault);
  expect(second.hear("b sos", true)).toBe(true);
  expect(second.hear("b sos", false)).toBe(false);
  await second.keep(second.take());
  expect((await life(vault)).hear("b sos", true)).toBe(false);
});

test("a call whose reading never came to the disk is a new one in the next life", async () => {
  const vault = memoryVault();
  const first = await life(vault);
  first.hear("b sos", true);
  first.take();
  expect((await life(vault)).hear("b sos", true)).toBe(false);
});

test("a damaged memory is as none", async () => {
  const vault = memoryVault();
  vault.files.set("alarms", Buffer.from("{"));
  expect((await life(vault)).hear("b sos", true)).toBe(false);
});

test("presses that follow each other faster than the disk are all calls, and the last word counts", async () => {
  const vault = memoryVault();
  const memory = await life(vault);
  const heard = [true, false, true, false].map((calls) => {
    expect(memory.hear("b sos", calls)).toBe(false);
    return memory.take();
  });
  for (const one of [heard[3], heard[0], heard[2], heard[1]]) await memory.keep(one ?? []);
  expect((await life(vault)).hear("b sos", true)).toBe(false);
});
