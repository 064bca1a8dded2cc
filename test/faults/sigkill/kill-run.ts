/**
 * The whole gateway under MQTT load with a city platform connected, killed with SIGKILL at random moments. Every device sends a fixed series
 * of readings and repeats what was not acknowledged, so the platform must end with exactly the same readings and the same alerts as without a kill.
 */

import { join } from "node:path";
import { type City, type CityEvent, type LoadReading, runLoad, silentLog, startCity } from "@gatehouse/device-sim";
import { type Alert, type CloudEvent, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { freePort } from "../../support/free-port.ts";
import { type GatewayProcess, startGateway } from "../../support/gateway-process.ts";
import { deviceIds, SOURCE, writeLoadSite } from "../../support/load-site.ts";
import { tempDir } from "../../support/temp-dir.ts";

export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  readonly devices: number;
  /** Readings of each device. The load goes on at `ratePerSecond` until all are sent and all kills are done. */
  readonly readingsEach: number;
  readonly ratePerSecond: number;
  /** Ms of life between ready and the kill: uniform from 0. */
  readonly maxLifeMs?: number;
  /** The platform hangs, refuses and comes back meanwhile. */
  readonly outages?: boolean;
  readonly onProgress?: (share: number, note: string) => void;
}

export interface KillResult {
  readonly acknowledged: number;
  /** Acknowledged readings the platform never got. */
  readonly lost: readonly string[];
  /** Readings the platform counted twice after it told repeats by id. */
  readonly countedTwice: number;
  /** Repeats that reached the platform. */
  readonly repeats: number;
  /** Sequence numbers the platform never saw. */
  readonly missingSequences: number;
  /** What happened to alerts, in order for each space: `raised flat-count-0001 episode 1 by seq 17`. */
  readonly alerts: readonly string[];
  readonly kills: number;
  readonly readyMs: readonly number[];
  readonly healthAtEnd: readonly string[];
}

const EPOCH = 1;

/** People coming and going, and now and then somebody who tampers with the device: the same for every run of a seed. */
export function readingsOf(
  seed: number,
  devices: readonly string[],
  each: number,
): ReadonlyMap<string, readonly LoadReading[]> {
  return new Map(
    devices.map((device) => {
      const random = new Random(`${seed}/${device}`);
      let present = 0;
      let tampered = false;
      const list = Array.from({ length: each }, (_, i): LoadReading => {
        if (random.chance(0.3)) {
          tampered = !tampered;
          return { epoch: EPOCH, seq: i + 1, kind: tampered ? "tamper.on" : "tamper.off" };
        }
        const entering = present === 0 || (present < 5 && random.chance(0.5));
        present += entering ? 1 : -1;
        return { epoch: EPOCH, seq: i + 1, kind: entering ? "count.in" : "count.out", value: 1 };
      });
      return [device, list];
    }),
  );
}

export async function runKills(options: KillOptions): Promise<KillResult> {
  const { seed, kills, devices, readingsEach, ratePerSecond, onProgress = () => {} } = options;
  using dir = tempDir();
  const random = new Random(seed);
  const ids = deviceIds(devices);
  const readings = readingsOf(seed, ids, readingsEach);
  const ca = join(dir.path, "ca.pem");
  const city = await startCity({
    https: { host: "127.0.0.1", port: 0 },
    caFile: ca,
    clock: systemClock,
    log: silentLog,
  });
  const mqttPort = await freePort();
  const uplinks = [{ id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } }, readings: true }];
  const siteFile = writeLoadSite({ dir: dir.path, devices, mqttPort, uplinks });
  const start = () => startGateway({ siteFile, stateDir: join(dir.path, "state") });
  const acknowledged = new Set<string>();
  const readyMs: number[] = [];
  let gateway = await start();
  try {
    let loading = true;
    const connected = Promise.withResolvers<void>();
    const load = runLoad({
      url: `mqtt://127.0.0.1:${mqttPort}`,
      devices: ids,
      ratePerSecond,
      count: devices * readingsEach,
      drainSeconds: 120,
      makeReading: (device, seq) => readings.get(device)?.[seq - 1] as LoadReading,
      onAcknowledged: (device, seq) => acknowledged.add(`${device}:${EPOCH}:${seq}`),
      onConnected: connected.resolve,
    }).finally(() => {
      loading = false;
    });
    // Where starting takes seconds, devices that back off could miss every short life and never get in for a first time.
    await Promise.race([connected.promise, load]);
    for (let kill = 0; kill < kills && loading; kill++) {
      await systemClock.sleep(random.float() * (options.maxLifeMs ?? 600));
      if (options.outages) await city.fail(random.pick(["hang", "refuse", "5xx", "lose-receipts", undefined]));
      await gateway.end("SIGKILL");
      gateway = await start();
      readyMs.push(gateway.ready.sinceStartMs);
      onProgress((kill + 1) / kills, `${acknowledged.size} acknowledged`);
    }
    await city.fail();
    const result = await load;
    await delivered(city, acknowledged, gateway);
    const healthAtEnd = (await gateway.health()).codes.map(({ code }) => code);
    return {
      ...count(city, acknowledged),
      acknowledged: result.acknowledged,
      kills: readyMs.length,
      readyMs,
      healthAtEnd,
    };
  } finally {
    await gateway.end("SIGKILL");
    await city.close();
  }
}

/** Waits until everything acknowledged has reached the platform, or nothing new came for a while. */
async function delivered(city: City, acknowledged: ReadonlySet<string>, gateway: GatewayProcess): Promise<void> {
  const complete = () => readingIds(city).size >= acknowledged.size && city.missing(SOURCE).count === 0;
  const patience = AbortSignal.timeout(30_000);
  await city.until(complete, patience).catch(() => gateway.health());
}

const readingIds = (city: City): Set<string> =>
  new Set(city.events.flatMap(({ reading }) => (reading === undefined ? [] : [reading])));

function count(city: City, acknowledged: ReadonlySet<string>) {
  const all = city.events.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
  const ids = new Set(all);
  return {
    lost: [...acknowledged].filter((id) => !ids.has(id)),
    countedTwice: all.length - ids.size,
    repeats: city.duplicates,
    missingSequences: city.missing(SOURCE).count,
    alerts: alertsOf(city.events),
  };
}

/** Ids and times differ between runs; what was found, where, in which order and by which reading must not. */
function alertsOf(events: readonly CityEvent[]): string[] {
  const lines = events
    .filter(({ type }) => type.startsWith("gatehouse.alert."))
    .sort((a, b) => a.sequence - b.sequence)
    .map(({ event }) => {
      const { data, type } = event as CloudEvent;
      const alert = data as unknown as Alert;
      return {
        space: alert.space,
        line: `${alert.space} ${type.slice("gatehouse.alert.".length)} ${alert.kind} episode ${alert.episode} by seq ${alert.trigger?.seq}`,
      };
    });
  return lines.sort((a, b) => (a.space < b.space ? -1 : a.space > b.space ? 1 : 0)).map(({ line }) => line);
}
