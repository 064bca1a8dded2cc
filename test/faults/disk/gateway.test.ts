import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type City, runLoad } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { MqttClient } from "mqtt";
import { expect, it } from "vitest";
import { metric } from "../../support/gateway-process.ts";
import { deviceIds, SOURCE } from "../../support/load-site.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../../support/rig.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";

const EPOCH = 1;
/** A code must be raised, and taken back, within so long. */
const CODE_MS = 5_000;

const send = (client: MqttClient, device: string, seq: number, value = 1, filler = "") =>
  client.publishAsync(
    readingsTopic(device),
    JSON.stringify({ epoch: EPOCH, seq, kind: seq % 2 === 1 ? "count.in" : "count.out", value, filler }),
    { qos: 1 },
  );

const codes = async (rig: Rig): Promise<string[]> => (await rig.gateway.health()).codes.map(({ code }) => code);
const readingsAt = (city: City): string[] => city.events.flatMap(({ reading }) => reading ?? []);
const within = (ms: number, promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), systemClock.sleep(ms).then(() => false)]);

/** A file system of its own of so many MB, gone afterwards. */
function smallDisk(megabytes: number): Disposable & { readonly path: string } {
  const dir = tempDir();
  const path = join(dir.path, "disk");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  return {
    path,
    [Symbol.dispose]() {
      execFileSync("umount", ["--lazy", path]);
      dir[Symbol.dispose]();
    },
  };
}

/** Takes all the room there is. */
function fill(file: string): void {
  try {
    execFileSync("dd", ["if=/dev/zero", `of=${file}`, "bs=4096"], { stdio: "ignore" });
  } catch {
    expect(existsSync(file), "dd ends when the disk is full").toBe(true);
  }
}

/** Every acknowledged reading is at the platform, or in a gap the platform was told; reports of health are in gaps too. */
async function expectAccounted(city: City, acknowledged: ReadonlySet<string>): Promise<void> {
  // A store at its limit tells of what it gave up once a minute.
  await city.until(() => city.missing(SOURCE).unexplained === 0, AbortSignal.timeout(90_000)).catch(() => {});
  const arrived = readingsAt(city);
  const missing = city.missing(SOURCE);
  expect(missing.unexplained).toBe(0);
  expect(arrived.filter((id) => !acknowledged.has(id))).toEqual([]);
  expect(new Set(arrived).size).toBe(arrived.length);
  const gone = acknowledged.size - arrived.length;
  expect(missing.explained).toBeGreaterThanOrEqual(gone);
  expect(missing.explained).toBeLessThan(gone + 20);
}

it("on a full disk nothing is acknowledged that is not kept, the code says so, and room ends it", async () => {
  using disk = smallDisk(48);
  await using rig = await openRig({ parent: disk.path, devices: 8, args: ["--ballast", "8", "--budget", "1000"] });
  const filler = join(disk.path, "filler");
  const client = await rig.device("count-0001");
  await send(client, "count-0001", 1);
  await rig.city.fail("refuse");
  await eventually(
    () => existsSync(join(rig.stateDir, "ballast")),
    (there) => there,
  );
  fill(filler);
  const acknowledged = new Set(["count-0001:1:1"]);
  let waiting: Promise<unknown> = Promise.resolve();
  let seq = 1;
  // The ballast and the log's own room last for a while; alerts cannot make room for each other.
  for (let isStuck = false; !isStuck; ) {
    fill(filler.concat(`-${seq}`));
    seq += 1;
    waiting = send(client, "count-0001", seq, 3);
    isStuck = !(await within(3_000, waiting));
    if (!isStuck) acknowledged.add(`count-0001:1:${seq}`);
  }
  expect(
    await eventually(
      () => codes(rig),
      (found) => found.includes("storage-full"),
      CODE_MS,
    ),
  ).toContain("storage-full");
  for (let i = 1; i <= seq; i++) rmSync(`${filler}-${i}`, { force: true });
  rmSync(filler);
  await waiting;
  acknowledged.add(`count-0001:1:${seq}`);
  await eventually(
    () => codes(rig),
    (found) => !found.includes("storage-full"),
    2 * CODE_MS,
  );
  await rig.city.fail();
  await eventually(rig.gateway.metrics, (page) => !/gatehouse_outbox_waiting\{.*\} [1-9]/.test(page), 30_000);
  await expectAccounted(rig.city, acknowledged);
  const raised = rig.city.events.filter(({ type }) => type === "gatehouse.alert.raised");
  expect(raised.map(({ event }) => event?.subject)).toEqual(["flat-count-0001"]);
}, 120_000);

it("a failing flush is told, acknowledges nothing meanwhile, and costs nothing once the disk works again", async () => {
  using dir = tempDir("/dev/shm");
  const control = new IoControl(join(dir.path, "control"));
  const env = ioShimEnv({ dir: dir.path, control: control.path });
  await using rig = await openRig({ parent: dir.path, env });
  const client = await rig.device("count-0001");
  await send(client, "count-0001", 1);
  control.fail({ error: "EIO", operations: ["sync"], at: 1 });
  const waiting = send(client, "count-0001", 2);
  expect(await within(1_500, waiting)).toBe(false);
  expect(
    await eventually(
      () => codes(rig),
      (found) => found.includes("storage-failing"),
      CODE_MS,
    ),
  ).toContain("storage-failing");
  control.heal();
  await waiting;
  await eventually(
    () => codes(rig),
    (found) => !found.includes("storage-failing"),
    CODE_MS,
  );
  control.fail({ error: "EIO", operations: ["sync"], at: 1, count: 1 });
  await send(client, "count-0001", 3);
  expect(control.failed).toBe(1);
  await rig.gateway.end("SIGKILL");
  await rig.restart({});
  await rig.city.until(() => readingsAt(rig.city).length >= 3, AbortSignal.timeout(20_000));
  expect(readingsAt(rig.city)).toEqual(["count-0001:1:1", "count-0001:1:2", "count-0001:1:3"]);
  control.close();
});

it("flushes of 150 ms delay acknowledgements, not the main loop", async () => {
  using dir = tempDir("/dev/shm");
  const env = ioShimEnv({ dir: dir.path, fsyncDelayMs: 150 });
  await using rig = await openRig({ parent: dir.path, env, devices: 64 });
  await rig.gateway.metrics();
  const result = await runLoad({
    url: rig.url,
    devices: deviceIds(64),
    ratePerSecond: 200,
    count: 1_600,
    epoch: EPOCH,
  });
  const page = await rig.gateway.metrics();
  const lagMs = (quantile: string) =>
    metric(page, "gatehouse_event_loop_lag_seconds", `{quantile="${quantile}"}`) * 1_000;
  console.log(
    `loop lag p99 ${lagMs("0.99")} ms, max ${lagMs("1")} ms; acknowledged after ${result.latencyMs.p50} ms (p50)`,
  );
  expect(result.acknowledged).toBe(1_600);
  expect(result.latencyMs.p50).toBeGreaterThan(100);
  // Far below one flush, far above the goal of 10 ms: machines that run tests are noisy.
  expect(lagMs("0.99")).toBeLessThan(75);
});

it("a used-up budget gives up telemetry, never an alert, and the platform is told what it will not get", async () => {
  await using rig = await openRig({ devices: 16, args: ["--budget", "8", "--ballast", "8"] });
  await rig.city.fail("refuse");
  const acknowledged = new Set<string>();
  let crowds = 0;
  // One person comes and goes; every 200th time it is three, in a flat for two.
  const isCrowd = (seq: number) => Math.floor((seq - 1) / 2) % 200 === 0;
  await runLoad({
    url: rig.url,
    devices: deviceIds(16),
    count: 60_000,
    makeReading: (_, seq) => ({
      epoch: EPOCH,
      seq,
      kind: seq % 2 === 1 ? "count.in" : "count.out",
      value: isCrowd(seq) ? 3 : 1,
    }),
    onAcknowledged: (device, seq) => {
      acknowledged.add(`${device}:${EPOCH}:${seq}`);
      if (isCrowd(seq)) crowds += 1;
    },
  });
  await eventually(
    () => codes(rig),
    (found) => found.includes("storage-evicting"),
    CODE_MS,
  );
  await rig.city.fail();
  await eventually(rig.gateway.metrics, (page) => !/gatehouse_outbox_waiting\{.*\} [1-9]/.test(page), 60_000);
  await expectAccounted(rig.city, acknowledged);
  const missing = rig.city.missing(SOURCE);
  expect(missing.count).toBeGreaterThan(10_000);
  expect(crowds).toBeGreaterThan(100);
  expect(rig.city.events.filter(({ type }) => type.startsWith("gatehouse.alert.")).length).toBe(crowds);
  const dropped = metric(
    await rig.gateway.metrics(),
    "gatehouse_outbox_dropped_total",
    '{uplink="city",lane="telemetry"}',
  );
  expect(dropped).toBe(missing.count);
}, 180_000);
