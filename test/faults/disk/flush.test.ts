import { join } from "node:path";
import { type City, runLoad } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { MqttClient } from "mqtt";
import { expect, it } from "vitest";
import { metric } from "../../support/gateway-process.ts";
import { deviceIds } from "../../support/load-site.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../../support/rig.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";

const EPOCH = 1;
/** A code must be raised, and taken back, within so long. */
const CODE_MS = 5_000;

const send = (client: MqttClient, device: string, seq: number) =>
  client.publishAsync(
    readingsTopic(device),
    JSON.stringify({ epoch: EPOCH, seq, kind: seq % 2 === 1 ? "count.in" : "count.out" }),
    { qos: 1 },
  );

const codes = async (rig: Rig): Promise<string[]> => (await rig.gateway.health()).codes.map(({ code }) => code);
const readingsAt = (city: City): string[] => city.events.flatMap(({ reading }) => reading ?? []);
const within = (ms: number, promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), systemClock.sleep(ms).then(() => false)]);

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
