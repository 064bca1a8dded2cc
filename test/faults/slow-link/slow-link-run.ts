/** A line of 1 Mbit/s that comes back after an outage: alerts that waited, and new ones, go before the backlog. */
import { type City, runLoad, startSlowLink } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { deviceIds } from "../../support/load-site.ts";
import { openRig, type Rig, readingsTopic } from "../../support/rig.ts";

export interface SlowLinkRun {
  readonly backlog: number;
  readonly bitsPerSecond: number;
  readonly waitingAlerts: number;
  readonly liveAlerts: number;
}

export interface SlowLinkResult {
  /** Readings waiting when the line came back. */
  readonly backlog: number;
  /** From the line's return to the gateway's connection, ms. */
  readonly reconnectMs: number;
  /** From that connection to the arrival of the last waiting alert, ms. */
  readonly lastWaitingMs: number;
  /** From a device's report to its alert's arrival while the backlog drains, ms, the slowest. */
  readonly slowestLiveMs: number;
}

const DEVICES = 64;

export async function runSlowLink({
  backlog,
  bitsPerSecond,
  waitingAlerts,
  liveAlerts,
}: SlowLinkRun): Promise<SlowLinkResult> {
  const probes = deviceIds(DEVICES + waitingAlerts + liveAlerts).slice(DEVICES);
  await using stack = new AsyncDisposableStack();
  const target = { host: "127.0.0.1", port: 0 };
  const link = await startSlowLink({ to: target, bitsPerSecond, latencyMs: 20, clock: systemClock });
  stack.defer(() => link.close());
  const uplinks = (city: City, ca: string) => {
    const url = new URL(city.httpsUrl ?? "");
    target.port = Number(url.port);
    url.port = String(link.port);
    return [{ id: "city", type: "https", url: url.href, tls: { ca: { file: ca } }, readings: true }];
  };
  await using rig = await openRig({ devices: DEVICES + waitingAlerts + liveAlerts, uplinks });
  await link.cut();
  await runLoad({
    url: rig.url,
    devices: deviceIds(DEVICES),
    count: backlog,
    epoch: 1,
    drainSeconds: 600,
    makeReading: (_, seq) => ({ epoch: 1, seq, kind: seq % 2 === 1 ? "count.in" : "count.out", value: 1 }),
    onAcknowledged: () => {},
  });
  const [waiting, live] = [probes.slice(0, waitingAlerts), probes.slice(waitingAlerts)];
  for (const id of waiting) await tamper(rig, id);
  const restoredMs = systemClock.monoMs();
  await link.restore();
  await rig.city.until(() => waiting.every((id) => alertAt(rig.city, id) !== undefined), AbortSignal.timeout(60_000));
  const connectedMs = firstArrivalMs(rig.city, restoredMs);
  const left = backlog - rig.city.counters.received;
  const liveMs: number[] = [];
  for (const id of live) {
    const startedMs = systemClock.monoMs();
    await tamper(rig, id);
    await rig.city.until(() => alertAt(rig.city, id) !== undefined, AbortSignal.timeout(60_000));
    liveMs.push((alertAt(rig.city, id) ?? 0) - startedMs);
  }
  return {
    backlog: left,
    reconnectMs: Math.round(connectedMs - restoredMs),
    lastWaitingMs: Math.round(Math.max(...waiting.map((id) => alertAt(rig.city, id) ?? 0)) - connectedMs),
    slowestLiveMs: Math.round(Math.max(...liveMs)),
  };
}

/** Something that must be told at once. */
async function tamper(rig: Rig, device: string): Promise<void> {
  const client = await rig.device(device);
  await client.publishAsync(readingsTopic(device), JSON.stringify({ epoch: 1, seq: 1, kind: "tamper.on" }), { qos: 1 });
}

function alertAt(city: City, device: string): number | undefined {
  return city.events.find(({ type, event }) => type === "gatehouse.alert.raised" && event?.subject === `flat-${device}`)
    ?.receivedMonoMs;
}

const firstArrivalMs = (city: City, afterMs: number): number =>
  city.events.find(({ receivedMonoMs }) => receivedMonoMs >= afterMs)?.receivedMonoMs ?? Number.NaN;

if (import.meta.main) {
  const backlog = Number(process.argv[2] ?? 1_000_000);
  console.log(
    JSON.stringify(await runSlowLink({ backlog, bitsPerSecond: 1_000_000, waitingAlerts: 12, liveAlerts: 8 })),
  );
}
