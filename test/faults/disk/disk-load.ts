/** Devices that send while the disk fails, and the account of where everything acknowledged has gone. */
import { type City, type LoadReading, type LoadResult, runLoad } from "@gatehouse/device-sim";
import type { Alert, CloudEvent } from "@gatehouse/protocol";
import { deviceIds, SOURCE } from "../../support/load-site.ts";
import type { Rig } from "../../support/rig.ts";

export const DEVICES = 56;
/** The first of them are tampered with: every reading but the first raises or clears an alert. */
const TAMPERED = 3;

export interface DiskLoad {
  /** `device:epoch:seq` */
  readonly acknowledged: ReadonlySet<string>;
  /** Sends no more; resolves when all is acknowledged, or has not been for a minute. */
  stop(): Promise<LoadResult>;
}

export function startLoad(rig: Rig, ratePerSecond: number | undefined): DiskLoad {
  const acknowledged = new Set<string>();
  const end = new AbortController();
  const sensitive = new Set(deviceIds(TAMPERED));
  const result = runLoad({
    url: rig.url,
    devices: deviceIds(DEVICES),
    ratePerSecond,
    drainSeconds: 60,
    signal: end.signal,
    makeReading: (device, seq) => readingOf(sensitive.has(device), seq),
    onAcknowledged: (device, seq) => acknowledged.add(`${device}:1:${seq}`),
  });
  return {
    acknowledged,
    stop: () => {
      end.abort();
      return result;
    },
  };
}

function readingOf(isTampered: boolean, seq: number): LoadReading {
  if (isTampered && seq > 1) return { kind: seq % 2 === 0 ? "tamper.on" : "tamper.off" };
  if (seq === 1) return { kind: "count.in", value: 1 };
  return { kind: seq % 2 === 0 ? "count.in" : "count.out", value: 1 };
}

export interface Account {
  /** Acknowledged readings that the platform does not have … */
  readonly absent: number;
  /** … and how many of them gap records tell it of. */
  readonly told: number;
  /** Lanes that gap records are about. */
  readonly lanes: readonly string[];
  /** Sequence numbers the platform misses without a word. */
  readonly unexplained: number;
  /** Acknowledged readings of tampering whose alert the platform does not have, or has twice. */
  readonly alertsAmiss: readonly string[];
  readonly countedTwice: number;
}

export function account(city: City, acknowledged: ReadonlySet<string>): Account {
  const readings = city.events.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
  const there = new Set(readings);
  const gaps = city.events
    .filter(({ type }) => type === "gatehouse.gap")
    .map(({ event }) => (event as CloudEvent).data as { readonly lane: string; readonly count: number });
  const alerts = new Map<string, number>();
  for (const { type, event } of city.events) {
    if (!type.startsWith("gatehouse.alert.")) continue;
    const by = changeOf(type, event as CloudEvent);
    alerts.set(by, (alerts.get(by) ?? 0) + 1);
  }
  return {
    absent: [...acknowledged].filter((id) => !there.has(id)).length,
    told: gaps.reduce((sum, { lane, count }) => sum + (lane === "telemetry" ? count : 0), 0),
    lanes: [...new Set(gaps.map(({ lane }) => lane))].sort(),
    unexplained: city.missing(SOURCE).unexplained,
    alertsAmiss: alertsOf(acknowledged).filter((wanted) => alerts.get(wanted) !== 1),
    countedTwice: readings.length - there.size,
  };
}

/** `flat-count-0001 raised 3`: the third time that it was tampered with. */
function changeOf(type: string, event: CloudEvent): string {
  const { space, episode } = event.data as unknown as Alert;
  return `${space} ${type.endsWith(".cleared") ? "cleared" : "raised"} ${episode}`;
}

function alertsOf(acknowledged: ReadonlySet<string>): string[] {
  return deviceIds(TAMPERED).flatMap((device) => {
    let seq = 1;
    while (acknowledged.has(`${device}:1:${seq + 1}`)) seq += 1;
    const changes = Array.from({ length: seq - 1 }, (_, i) => i);
    return changes.map((i) => `flat-${device} ${i % 2 === 0 ? "raised" : "cleared"} ${Math.floor(i / 2) + 1}`);
  });
}
