/** A release in a fire, driver by driver: it goes ahead while readings of the same line, and of the same device, wait for a disk that takes nothing. */
import { createModbusIo, serveTcp, shareLine } from "@gatehouse/device-sim";
import { type DeviceCommand, isOutputOn, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Accept } from "gatehouse";
import { memoryVault } from "gatehouse/testing";
import { afterEach, expect, test } from "vitest";
import { runModbus, until as untilReal } from "../support/modbus-rig.ts";
import { openOsdpLine, READER, readingOf } from "../support/osdp-line.ts";
import { openUhppoteWorld, runUhppote, SERIAL, until as untilPacket } from "../support/uhppote-rig.ts";

const PROMISE_S = 0.5;
const KEYS = ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"].map((hex) =>
  Buffer.from(hex, "hex"),
);
const never = new AbortController().signal;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Takes what comes, until its disk takes nothing any more. */
class FullDisk {
  isFull = false;
  waiting = 0;
  readonly #room = Promise.withResolvers<void>();
  readonly told: ReturnType<typeof readingOf>[] = [];

  readonly accept: Accept = async (items) => {
    if (this.isFull) {
      this.waiting += 1;
      await this.#room.promise;
    }
    this.told.push(...items.map(readingOf));
    return [];
  };

  free(): void {
    this.isFull = false;
    this.#room.resolve();
  }

  has(kind: string, times = 1): boolean {
    return this.told.filter((item) => typeof item !== "string" && item.kind === kind).length >= times;
  }
}

const wish = (id: string, nowMs: number, action: DeviceCommand["action"], args?: Record<string, unknown>) => ({
  id,
  action,
  ...(args === undefined ? {} : { args }),
  notAfter: new Date(nowMs + 10_000).toISOString(),
});

async function osdpLine(disk: FullDisk) {
  const line = await openOsdpLine({
    readers: [
      { address: 3, key: KEYS[0] as Buffer },
      { address: 4, key: KEYS[1] as Buffer },
    ],
    keys: [{ key: { file: "a" } }, { key: { file: "b" } }],
    secrets: { a: Buffer.from(KEYS[0]?.toString("hex") ?? ""), b: Buffer.from(KEYS[1]?.toString("hex") ?? "") },
    accept: disk.accept,
    baud: 9_600,
  });
  ends.push(() => line.close());
  ends.push(async () => disk.free());
  void line.run();
  await line.until(() => disk.has("device.online", 2));
  await line.pass(1);
  return line;
}

test("osdp: the reader whose card waits for the disk opens, and so does its neighbour; both stay open until they are locked", async () => {
  const disk = new FullDisk();
  const line = await osdpLine(disk);
  disk.isFull = true;
  line.readers[0]?.act({ kind: "card", number: 0x2a5c1f }, 0);
  await line.until(() => disk.waiting > 0);
  await line.pass(1);
  for (const [n, device] of [READER, "reader-1"].entries()) {
    const released = line.driver.command(device, wish(`r${n}`, line.clock.nowMs(), "unlock"), never, "release");
    await line.pass(PROMISE_S);
    expect(await Promise.race([released, "no answer"])).toEqual({ id: `r${n}`, ok: true });
  }
  await line.pass(30);
  const isOpen = () => line.readers.map(({ pd }) => isOutputOn(pd.state, 0, line.clock.monoMs()));
  expect(isOpen()).toEqual([true, true]);
  const locked = line.driver.command(READER, wish("l", line.clock.nowMs(), "lock"), never, "release");
  await line.pass(PROMISE_S);
  expect(await locked).toMatchObject({ ok: true });
  expect(isOpen()).toEqual([false, true]);
  disk.free();
  await line.until(() => disk.has("card.read"));
  expect(disk.told.filter((item) => typeof item !== "string" && item.kind === "card.read")).toHaveLength(1);
});

test("osdp: it goes ahead of commands that wait", async () => {
  const disk = new FullDisk();
  const line = await osdpLine(disk);
  const order: string[] = [];
  const give = (id: string, device: string, way?: "release") =>
    line.driver
      .command(
        device,
        wish(
          id,
          line.clock.nowMs(),
          way === undefined ? "led" : "unlock",
          way === undefined ? { color: "red" } : undefined,
        ),
        never,
        way,
      )
      .then(() => order.push(id));
  const given = [
    ...["a", "b", "c", "d", "e"].map((id) => give(id, READER)),
    give("release other", "reader-1", "release"),
    give("release same", READER, "release"),
  ];
  await line.pass(3);
  await Promise.all(given);
  expect(order.slice(0, 3)).toEqual(expect.arrayContaining(["release other", "release same"]));
});

test("modbus: a relay closes for good while a reading waits for the disk and the vault takes nothing, and a lock opens it", async () => {
  const disk = new FullDisk();
  const vault = memoryVault();
  const module8 = createModbusIo({ id: "lock-302", unit: 3 }, new Random(1));
  const far = await serveTcp();
  const shared = shareLine(far, [module8], { clock: systemClock });
  const lock = { output: 1, pulseSeconds: 0.3 };
  const inputs = [{ input: 1, as: "door" }];
  const rig = runModbus({
    link: `tcp:127.0.0.1:${far.port}`,
    accept: disk.accept,
    vault: { ...vault, write: (name, content) => (disk.isFull ? new Promise(() => {}) : vault.write(name, content)) },
    devices: [{ id: "lock-302", kind: "lock", unit: 3, map: "io-8ch", periodSeconds: 0.1, inputs, lock }],
  });
  ends.push(
    async () => {
      shared.stop();
      await far.close();
    },
    () => rig.stop(),
    async () => disk.free(),
  );
  await untilReal("the module was heard", () => disk.told.length > 0);
  disk.isFull = true;
  module8.act({ kind: "door", open: true }, 0);
  await untilReal("a reading waits", () => disk.waiting > 0);
  const fromMs = systemClock.monoMs();
  const released = await rig.driver.command("lock-302", wish("r", systemClock.nowMs(), "unlock"), never, "release");
  expect(released).toEqual({ id: "r", ok: true });
  expect(systemClock.monoMs() - fromMs).toBeLessThan(PROMISE_S * 1_000);
  await systemClock.sleep(700);
  expect(module8.switched.map(({ on }) => on)).toEqual([true]);
  await rig.driver.command("lock-302", wish("l", systemClock.nowMs(), "lock"), never, "release");
  expect(module8.switched.map(({ on }) => on)).toEqual([true, false]);
});

test("modbus: a fire input is heard while an earlier reading of its own module waits for the disk, and is told once", async () => {
  const disk = new FullDisk();
  const heard: unknown[] = [];
  const module8 = createModbusIo({ id: "io-1", unit: 3 }, new Random(1));
  const far = await serveTcp();
  const shared = shareLine(far, [module8], { clock: systemClock });
  const inputs = [
    { input: 1, as: "door" },
    { input: 4, as: "fire" },
  ];
  const rig = runModbus({
    link: `tcp:127.0.0.1:${far.port}`,
    accept: (items) => {
      heard.push(...items);
      return disk.accept(items);
    },
    devices: [{ id: "io-1", kind: "fire-input", unit: 3, map: "io-8ch", periodSeconds: 0.1, inputs }],
  });
  ends.push(
    async () => {
      shared.stop();
      await far.close();
    },
    () => rig.stop(),
    async () => disk.free(),
  );
  const fires = (from: readonly unknown[]) => from.filter((item) => (item as { kind?: string }).kind === "fire.on");
  await untilReal("the module was heard", () => disk.told.length > 0);
  disk.isFull = true;
  module8.act({ kind: "door", open: true }, 0);
  await untilReal("a reading waits", () => disk.waiting > 0);
  await systemClock.sleep(300);
  const fromMs = systemClock.monoMs();
  module8.inputs[3] = true;
  await untilReal("the fire is heard", () => fires(heard).length > 0);
  expect(systemClock.monoMs() - fromMs).toBeLessThan(PROMISE_S * 1_000);
  expect(disk.has("fire.on")).toBe(false);
  disk.free();
  await untilReal("it is on disk", () => disk.has("fire.on"));
  await systemClock.sleep(400);
  expect(fires(disk.told)).toHaveLength(1);
  expect(disk.told.filter((item) => typeof item !== "string" && item.kind === "door.opened")).toHaveLength(1);
});

test("uhppote: a board opens while an event of its own waits for the disk", async () => {
  const disk = new FullDisk();
  const site = await openUhppoteWorld();
  const run = runUhppote(site, { accept: disk.accept });
  ends.push(
    () => site.server.close(),
    () => run.stop(),
    async () => disk.free(),
  );
  await untilPacket(() => site.vault.files.size > 0, "the board was met");
  disk.isFull = true;
  site.board.act({ kind: "card", number: 0x3dd48d });
  await site.clock.advance(2_000);
  await untilPacket(() => disk.waiting > 0, "an event waits");
  const released = run.driver.command("door-2", wish("r", site.clock.nowMs(), "unlock"), never, "release");
  expect(await released).toEqual({ id: "r", ok: true });
  expect(site.board.opened).toEqual([2]);
  expect(SERIAL).toBe(site.board.serial);
});
