import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { beforeEach, expect, it } from "vitest";
import { memoryVault } from "../../testing/driver-deps.ts";
import { MemoryLog } from "../../testing/log.ts";
import { OffDelays } from "./off-delays.ts";

let clock: FakeClock;
let vault: ReturnType<typeof memoryVault>;
let delays: OffDelays;
beforeEach(() => {
  clock = new FakeClock();
  vault = memoryVault();
  delays = new OffDelays(clock, vault, new MemoryLog());
});

const onDisk = () => JSON.parse(String(vault.files.get("off-delays") ?? "[]")) as string[];

it("tries an end that was not stored again until it is, and ends the signal once", async () => {
  let ended = 0;
  let stored = 0;
  delays.start("pir motion", 30, () => {
    ended += 1;
    return async () => {
      stored += 1;
      if (stored < 3) throw new RangeError("disk full");
    };
  });
  await clock.advance(30_000);
  expect([ended, stored]).toEqual([1, 1]);
  await clock.advance(5_000);
  expect(onDisk()).toEqual(["pir motion"]);
  await clock.advance(5_000);
  await clock.advance(60_000);
  expect([ended, stored]).toEqual([1, 3]);
  expect(onDisk()).toEqual([]);
});

it("keeps a signal for the next life while its end waits for the disk", async () => {
  const disk = Promise.withResolvers<void>();
  delays.start("pir motion", 30, () => () => disk.promise);
  await clock.advance(30_000);
  delays.stop("pir motion");
  await settle();
  expect(onDisk()).toEqual(["pir motion"]);
  delays.close();
  disk.resolve();
  await settle();
  expect(onDisk()).toEqual(["pir motion"]);
});

it("does not end again what has begun anew meanwhile", async () => {
  let stored = 0;
  delays.start("pir motion", 30, () => async () => {
    stored += 1;
    throw new RangeError("disk full");
  });
  await clock.advance(30_000);
  delays.start("pir motion", 600, () => async () => {});
  await clock.advance(60_000);
  expect(stored).toBe(1);
  expect(onDisk()).toEqual(["pir motion"]);
});

it("writes which stand again when the disk did not take it", async () => {
  const write = vault.write;
  vault.write = () => Promise.reject(new RangeError("disk full"));
  delays.start("pir motion", 30, () => async () => {});
  await clock.advance(4_000);
  expect(onDisk()).toEqual([]);
  vault.write = write;
  await clock.advance(5_000);
  expect(onDisk()).toEqual(["pir motion"]);
});
