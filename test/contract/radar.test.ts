/** The radar drivers against simulated radars behind a raw TCP device server. */
import { createLd2410, createLd2450, type SimDevice, withFaults } from "@gatehouse/device-sim";
import { LinkError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, expect, test } from "vitest";
import { openRadarRig, type RadarRig, type RadarRigOptions } from "../support/radar-rig.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(options: RadarRigOptions): Promise<RadarRig> {
  const rig = await openRadarRig(options);
  ends.push(rig.stop);
  return rig;
}

const sharp = { missed: 0, ghosts: 0 };
const people = (radar: SimDevice, count: number) => radar.act({ kind: "presence", people: count }, 0);

test("ld2410: somebody comes, keeps still, and goes", async () => {
  const radar = createLd2410({ id: "sim", ...sharp }, new Random(1));
  const rig = await open({ type: "ld2410", radar });
  await rig.pass(12_000);
  people(radar, 1);
  await rig.pass(60_000);
  people(radar, 0);
  await rig.pass(20_000);
  expect(rig.told()).toEqual(["radar device.online", "radar presence.off", "radar presence.on", "radar presence.off"]);
});

test("ld2410: a radar that misses people and sees ghosts does not flicker", async () => {
  const radar = createLd2410({ id: "sim", missed: 0.3, ghosts: 0.05 }, new Random(2));
  const rig = await open({ type: "ld2410", radar });
  people(radar, 1);
  await rig.pass(60_000);
  people(radar, 0);
  await rig.pass(60_000);
  expect(rig.told()).toEqual(["radar device.online", "radar presence.on", "radar presence.off"]);
});

test("ld2450: people are counted, three at most, and each device counts in its own zones", async () => {
  const half = (id: string, x: readonly [number, number]) => ({
    ...{ id, kind: "presence", driver: "r", space: "s", reversed: false, holdSeconds: 10 },
    zones: [{ x, y: [0, 6] }],
  });
  const area = { fromXMm: 500, fromYMm: 1_000, toXMm: 1_400, toYMm: 3_000 };
  const radar = createLd2450({ id: "sim", missed: 0, area }, new Random(3));
  const devices = [half("left", [-4, 0]), half("right", [0, 4])];
  const rig = await open({ type: "ld2450", radar, devices });
  people(radar, 5);
  await rig.pass(15_000);
  expect(rig.told()).toEqual([
    "left device.online",
    "right device.online",
    "right presence.on",
    "right presence.count 3",
    "left presence.off",
    "left presence.count 0",
  ]);
});

test("garbage, cut frames and damaged reports cost reports, not the state", async () => {
  const random = new Random(4);
  const radar = withFaults(createLd2450({ id: "sim", missed: 0 }, random), ["noise", "drop", "duplicate"], random);
  const rig = await open({ type: "ld2450", radar });
  people(radar, 2);
  for (let second = 0; second < 60; second++) {
    await rig.noise(Uint8Array.from({ length: random.int(0, 40) }, () => random.int(0, 255)));
    await rig.noise(Uint8Array.of(0xaa, 0xff, 3, 0, 0xaa, 0xff));
    await rig.pass(1_000);
  }
  const told = rig.told();
  expect(told.slice(0, 2)).toEqual(["radar device.online", "radar presence.on"]);
  // One damaged in the first moments may make it begin with one.
  expect(told.filter((line) => line !== "radar presence.count 1").slice(2)).toEqual(["radar presence.count 2"]);
});

test("a line full of noise is told, and its end too", async () => {
  const radar = createLd2450({ id: "sim" }, new Random(5));
  const rig = await open({ type: "ld2450", radar });
  await rig.noise(new Uint8Array(3_000).fill(0x55));
  expect(rig.health.entries.map(({ code, subject }) => [code, subject])).toEqual([["bus-noisy", "r"]]);
  await rig.pass(15_000);
  expect(rig.health.entries).toEqual([]);
});

test("a silent radar is told once, and so is its return with what it sees", async () => {
  const random = new Random(6);
  const radar = withFaults(createLd2410({ id: "sim", ...sharp }, random), [], random);
  const rig = await open({ type: "ld2410", radar });
  people(radar, 1);
  await rig.pass(5_000);
  radar.set("mute", true, rig.clock.monoMs());
  await rig.pass(120_000);
  radar.set("mute", false, rig.clock.monoMs());
  await rig.pass(5_000);
  expect(rig.told()).toEqual([
    "radar device.online",
    "radar presence.on",
    "radar device.offline",
    "radar device.online",
    "radar presence.on",
  ]);
});

test("a radar left in configuration mode is brought out of it", async () => {
  const radar = createLd2410({ id: "sim", ...sharp }, new Random(7));
  radar.hear(Uint8Array.of(0xfd, 0xfc, 0xfb, 0xfa, 4, 0, 0xff, 0, 1, 0, 4, 3, 2, 1), 0);
  const rig = await open({ type: "ld2410", radar });
  await rig.pass(8_000);
  expect(rig.told()).toEqual(["radar device.offline", "radar device.online"]);
});

test("settings are written once, read back, and reports go on", async () => {
  const radar = createLd2410({ id: "sim", ...sharp }, new Random(8));
  const written: string[] = [];
  const watched: SimDevice = {
    ...radar,
    hear: (bytes, nowMs) => {
      written.push(Buffer.from(bytes.subarray(6, 8)).toString("hex"));
      return radar.hear(bytes, nowMs);
    },
  };
  const config = { configure: { maxMovingGate: 4, maxStationaryGate: 3, unmannedSeconds: 1 } };
  const first = await open({ type: "ld2410", radar: watched, config });
  await first.pass(2_000);
  expect(written.splice(0)).toEqual(["ff00", "6100", "6000", "6100", "fe00"]);
  await first.stop();
  const second = await open({ type: "ld2410", radar: watched, config });
  // The radar's own clock went on from where the first run left it.
  await second.pass(5_000);
  expect(written).toEqual(["ff00", "6100", "fe00"]);
  expect(second.told()).toEqual(["radar device.online"]);
  expect(second.health.entries).toEqual([]);
});

test("a radar that hears nothing keeps its own settings, says so, and is still read", async () => {
  const radar = createLd2450({ id: "sim", missed: 0 }, new Random(9));
  const deaf: SimDevice = { ...radar, hear: () => [] };
  const rig = await open({ type: "ld2450", radar: deaf, config: { configure: { tracking: "many" } } });
  people(radar, 1);
  await rig.pass(10_000);
  expect(rig.told()).toEqual(["radar device.online", "radar presence.on", "radar presence.count 1"]);
  expect(rig.health.entries).toMatchObject([{ code: "device-settings", subject: "r", detail: /RX connected/ }]);
});

test("a slow disk costs readings that are out of date, never memory", async () => {
  const batches: unknown[][] = [];
  let gate = Promise.withResolvers<void>();
  const accept = async (items: readonly unknown[]) => {
    batches.push([...items]);
    await gate.promise;
    return [];
  };
  const radar = createLd2450({ id: "sim", missed: 0 }, new Random(10));
  const rig = await open({ type: "ld2450", radar, accept });
  for (let turn = 0; turn < 20; turn++) {
    people(radar, turn % 2 === 0 ? 2 : 0);
    await rig.pass(12_000);
  }
  expect(batches).toEqual([[{ device: "radar", kind: "device.online" }]]);
  gate.resolve();
  gate = Promise.withResolvers();
  await rig.pass(100);
  expect(batches[1]?.length).toBeLessThanOrEqual(2);
  gate.resolve();
});

test("over a serial port at 256,000 baud it is the same, and its settings are taken", async () => {
  const radar = createLd2410({ id: "sim", ...sharp }, new Random(13));
  const config = { configure: { maxMovingGate: 5 } };
  const rig = await open({ type: "ld2410", radar, config, over: "pty" });
  people(radar, 1);
  await rig.pass(5_000);
  people(radar, 0);
  await rig.pass(15_000);
  expect(rig.told()).toEqual(["radar device.online", "radar presence.on", "radar presence.off"]);
  expect(rig.health.entries).toEqual([]);
  rig.drop();
  await expect(rig.ended).rejects.toBeInstanceOf(LinkError);
});

test("a lost line ends the run with a LinkError, a stop in time without", async () => {
  const radar = createLd2450({ id: "sim" }, new Random(11));
  const rig = await open({ type: "ld2450", radar });
  await rig.pass(1_000);
  rig.drop();
  await expect(rig.ended).rejects.toBeInstanceOf(LinkError);
  const other = await open({ type: "ld2450", radar });
  await other.pass(1_000);
  await other.stop();
  await expect(other.ended).resolves.toBeUndefined();
});

test("a radar obeys nobody", async () => {
  const rig = await open({ type: "ld2410", radar: createLd2410({ id: "sim" }, new Random(12)) });
  const command = { id: "c", action: "unlock" as const, notAfter: "2027-01-01T00:00:00Z" };
  await expect(rig.driver.command("radar", command, new AbortController().signal)).rejects.toThrow(/cannot unlock/);
});
