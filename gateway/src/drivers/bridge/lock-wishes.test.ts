import { LinkError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { beforeEach, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { LockWishes } from "./lock-wishes.ts";
import { RelockMemory } from "./relock-memory.ts";

const SECOND = 1_000;
let clock: FakeClock;
let disk: Map<string, Buffer>;
let written: boolean[];
let reachable: boolean;

/** One life of a driver: what it wrote to the lock is noted. */
async function live() {
  const vault = {
    read: async (name: string) => disk.get(name),
    write: async (name: string, content: Uint8Array) => void disk.set(name, Buffer.from(content)),
  };
  const memory = new RelockMemory(vault, new MemoryLog());
  await memory.read();
  const wishes = new LockWishes(clock, memory);
  const write = async (locked: boolean) => {
    if (!reachable) throw new LinkError("closed", "the broker is away");
    written.push(locked);
  };
  const open = (signal = new AbortController().signal) => {
    const notAfter = new Date(clock.nowMs() + 5 * SECOND).toISOString();
    const command = { id: "c1", action: "unlock", args: { seconds: 5 }, notAfter } as const;
    const asked = wishes.ask("lock-1", command, write, { hold: false, signal });
    asked.catch(() => {});
    return asked;
  };
  return { wishes, open, born: () => wishes.born("lock-1", () => write(true)) };
}

beforeEach(() => {
  clock = new FakeClock();
  disk = new Map();
  written = [];
  reachable = true;
});

it("a door opened for some seconds is locked after them", async () => {
  const { wishes, open } = await live();
  const asked = open();
  await settle();
  wishes.stateIs("lock-1", false);
  expect((await asked).ok).toBe(true);
  await clock.advance(6 * SECOND);
  expect(written).toEqual([false, true]);
});

it("a state of before the wish, and an answer that never comes, leave no door open", async () => {
  const { wishes, open } = await live();
  const first = open();
  await settle();
  wishes.told("lock-1", true);
  expect((await first).ok).toBe(false);
  await clock.advance(6 * SECOND);
  expect(written).toEqual([false, true]);
});

it("a restart while it is open leaves no door open, even where the way was lost", async () => {
  const before = await live();
  const asked = before.open();
  await settle();
  before.wishes.stateIs("lock-1", false);
  await asked;
  reachable = false;
  await before.wishes.lockAll();
  before.wishes.abandon("ended");
  before.wishes.end();
  reachable = true;
  const after = await live();
  after.born();
  await clock.advance(6 * SECOND);
  expect(written).toEqual([false, true]);
  const later = await live();
  later.born();
  await clock.advance(60 * SECOND);
  expect(written).toEqual([false, true]);
});
