/**
 * A platform that is out while the devices go on: the backlog grows on disk, the gateway is killed and comes back with all of it, and when
 * the platform is back, new alerts overtake what drains.
 */
import { readFileSync } from "node:fs";
import { type City, runLoad } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { MqttClient } from "mqtt";
import { deviceIds, SOURCE } from "../../support/load-site.ts";
import { openRig, type Rig, readingsTopic } from "../../support/rig.ts";

export interface OutageOptions {
  /** Readings taken during the outage. */
  readonly backlog: number;
  /** Alerts raised while it drains. */
  readonly liveAlerts: number;
  readonly onProgress?: (share: number, detail: string) => void;
}

export interface OutageResult {
  readonly acknowledged: number;
  /** Acknowledged readings that never reached the platform. */
  readonly lost: number;
  readonly countedTwice: number;
  readonly missingSequences: number;
  /** Resident memory with half of the backlog and with all of it, MB. */
  readonly rssMb: readonly [number, number];
  /** From the start of the process to ready, with the whole backlog, ms. */
  readonly readyMs: number;
  /** For each live alert, how many readings of the backlog came to the platform after it. */
  readonly overtaken: readonly number[];
}

const DEVICES = 64;

export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { backlog, liveAlerts, onProgress = () => {} } = options;
  const probes = deviceIds(DEVICES + liveAlerts).slice(DEVICES);
  await using rig = await openRig({ devices: DEVICES + liveAlerts });
  await rig.city.fail("refuse");
  const acknowledged = new Set<string>();
  const firstMb = await grow(rig, acknowledged, backlog / 2, 1);
  onProgress(0.25, `${acknowledged.size} acknowledged`);
  const secondMb = await grow(rig, acknowledged, backlog / 2, 2);
  onProgress(0.5, `${acknowledged.size} acknowledged`);
  await rig.gateway.end("SIGKILL");
  await rig.restart();
  const before = readingsOf(rig.city).length;
  const clients = await Promise.all(probes.map((id) => rig.device(id)));
  await rig.city.fail();
  for (const [i, client] of clients.entries()) {
    const share = (i + 1) / (clients.length + 2);
    await rig.city.until(() => readingsOf(rig.city).length - before > share * backlog, AbortSignal.timeout(120_000));
    await tamper(client, probes[i] ?? "");
  }
  const all = acknowledged.size + probes.length;
  await rig.city.until(() => new Set(readingsOf(rig.city)).size >= all, AbortSignal.timeout(120_000)).catch(() => {});
  onProgress(1, "drained");
  return { ...judge(rig, acknowledged, probes), rssMb: [firstMb, secondMb], readyMs: rig.gateway.ready.sinceStartMs };
}

/** Returns the gateway's resident memory afterwards, MB. */
async function grow(rig: Rig, acknowledged: Set<string>, count: number, epoch: number): Promise<number> {
  await runLoad({
    url: rig.url,
    devices: deviceIds(DEVICES),
    count,
    epoch,
    drainSeconds: 120,
    makeReading: (_, seq) => ({ epoch, seq, kind: seq % 2 === 1 ? "count.in" : "count.out", value: 1 }),
    onAcknowledged: (device, seq) => acknowledged.add(`${device}:${epoch}:${seq}`),
  });
  const status = readFileSync(`/proc/${rig.gateway.child.pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
}

/** Something that must be told at once. */
async function tamper(client: MqttClient, device: string): Promise<void> {
  const reading = { epoch: 1, seq: 1, kind: "tamper.on" };
  await client.publishAsync(readingsTopic(device), JSON.stringify(reading), { qos: 1 });
}

const readingsOf = (city: City): string[] => city.events.flatMap(({ reading }) => reading ?? []);

function judge(rig: Rig, acknowledged: ReadonlySet<string>, probes: readonly string[]) {
  const { city } = rig;
  const arrived = readingsOf(city);
  const unique = new Set(arrived);
  const overtaken = probes.map((device) => {
    const at = city.events.findIndex(
      ({ type, event }) => type === "gatehouse.alert.raised" && event?.subject === `flat-${device}`,
    );
    return at < 0 ? -1 : city.events.slice(at).filter(({ reading }) => reading !== undefined).length;
  });
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((id) => !unique.has(id)).length,
    countedTwice: arrived.length - unique.size,
    missingSequences: city.missing(SOURCE).count,
    overtaken,
  };
}

if (import.meta.main) {
  const startedMs = systemClock.monoMs();
  const result = await runOutage({ backlog: Number(process.argv[2] ?? 64_000), liveAlerts: 8 });
  console.log(JSON.stringify(result), `${Math.round(systemClock.monoMs() - startedMs)} ms`);
}
