/** Probes: devices whose readings raise or clear an alert each time, timed from the publish to the platform. */
import mqtt from "mqtt";
import type { Rig } from "./rig.ts";

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN };
}

const clockMs = () => performance.timeOrigin + performance.now();

/**
 * Each probe is opened (the alert) and closed again, one reading every `everyMs`, until `untilDone` resolves. The devices must not be
 * used by anything else. Resolves with the delays of the raising readings, ms.
 */
export async function probe(
  rig: Rig,
  devices: readonly string[],
  everyMs: number,
  untilDone: Promise<unknown>,
  epoch = 7,
): Promise<number[]> {
  const sent = new Map<string, number>();
  const delays: number[] = [];
  rig.city.onAlert = ({ space, change, seq, atMs }) => {
    const key = `${space}:${seq}`;
    const startedMs = sent.get(key);
    if (startedMs === undefined || (change !== "raised" && change !== "reopened")) return;
    sent.delete(key);
    delays.push(atMs - startedMs);
  };
  const clients = await Promise.all(
    devices.map((device) =>
      mqtt.connectAsync(rig.url, { clientId: device, username: device, reconnectPeriod: 0, clean: true }),
    ),
  );
  let done = false;
  const end = untilDone.finally(() => {
    done = true;
  });
  for (let seq = 1; !done; seq++) {
    const index = seq % devices.length;
    const device = devices[index] as string;
    const own = Math.floor(seq / devices.length) + 1;
    const kind = own % 2 === 1 ? "tamper.on" : "tamper.off";
    if (kind === "tamper.on") sent.set(`flat-${device}:${own}`, clockMs());
    clients[index]?.publish(`gatehouse/1/${device}/readings`, JSON.stringify({ epoch, seq: own, kind }), {
      qos: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await end;
  await waitFor(() => sent.size === 0, 10_000);
  await Promise.all(clients.map((client) => client.endAsync()));
  if (sent.size > 0) delays.push(...[...sent.values()].map(() => Number.POSITIVE_INFINITY));
  return delays;
}

async function waitFor(condition: () => boolean, ms: number): Promise<void> {
  for (const endMs = clockMs() + ms; !condition() && clockMs() < endMs; )
    await new Promise((resolve) => setTimeout(resolve, 20));
}
