/** A scenario come to life: all its devices connected to a gateway, its people moving at the clock's pace. */
import { join } from "node:path";
import { type Clock, MAX_DELAY_MS } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { type AnswerCommand, answerAsLock, answerAsSensor } from "./clients/commands.ts";
import { type Acknowledged, type DeviceCounters, MqttDevice } from "./clients/mqtt-device.ts";
import { flatsOf } from "./compound.ts";
import { counterOf, lockOf } from "./device-ids.ts";
import { endOf, readings } from "./households/generate.ts";
import { mergeByTime } from "./households/merge.ts";
import type { SimReading } from "./households/passages.ts";
import { LINE_KINDS } from "./lines/kinds.ts";
import { type LineEvent, lineEvents } from "./lines/line-events.ts";
import type { LinePlaces } from "./lines/listen.ts";
import { type ServedLines, serveLines } from "./lines/serve-lines.ts";
import type { Logger } from "./log.ts";
import type { Scenario } from "./scenario.ts";

export interface SimOptions {
  readonly scenario: Scenario;
  readonly seed: number | string;
  /** The gateway's broker: `mqtt://HOST:PORT` or `mqtts://HOST:PORT`. */
  readonly url: string;
  /** World time decides when people move and what devices write as `at`; links and back-off stay in real time. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the run: devices say good-bye. */
  readonly signal: AbortSignal;
  /** World time of the scenario's first day. Default: now. A run that is started again gives the first run's, so that days keep their numbers. */
  readonly startMs?: number | undefined;
  /** An existing folder for the devices' journals; without it they live in memory. */
  readonly journalDir?: string | undefined;
  /** First epoch of every device. Default: world time in seconds, which grows from run to run. */
  readonly epoch?: number | undefined;
  readonly passwordFor?: ((device: string) => string | undefined) | undefined;
  /** Certificate authority for `mqtts`, PEM. */
  readonly ca?: string | undefined;
  /** Default `json`. */
  readonly format?: "json" | "protobuf" | undefined;
  /** Where the scenario's lines are served; default: at ports of loopback from 4001 on. */
  readonly places?: LinePlaces | undefined;
  /** Called once for each reading, when its PUBACK came. */
  readonly onAcknowledged?: ((acknowledged: Acknowledged) => void) | undefined;
  /** Called about once a second of real time, and at the end. */
  readonly onProgress?: ((progress: SimProgress) => void) | undefined;
}

export interface SimProgress extends DeviceCounters {
  /** World time. */
  readonly nowMs: number;
  readonly devices: number;
  readonly connected: number;
  /** Devices on lines; the other figures are of those with MQTT. */
  readonly onLines: number;
  /** Readings that happened so far. */
  readonly reported: number;
  readonly unacknowledged: number;
}

const PROGRESS_MS = 1_000;
/** Readings of one moment before the loop gives way. */
const BURST = 256;

/** Runs until the scenario's last day is over and everything is acknowledged, or until the signal aborts. Throws ConfigError for a line that cannot be served. */
export async function runSim(options: SimOptions): Promise<SimProgress> {
  const { clock, signal, scenario, onProgress } = options;
  const startMs = options.startMs ?? clock.nowMs();
  const lines = await serveLines(scenario, options.places ?? {}, options.seed, clock);
  const devices = new Map(devicesOf(options).map((device) => [device.id, device]));
  const end = new AbortController();
  const stop = AbortSignal.any([signal, end.signal]);
  const progress = () => progressOf([...devices.values()], lines.devices.size, clock.nowMs());
  const running = Promise.all([...devices.values()].map((device) => runDevice(device, devices.size, options, stop)));
  const reporting = every(PROGRESS_MS, clock, stop, () => onProgress?.(progress()));
  try {
    await Promise.race([running, liveThrough(options, startMs, { devices, lines }, stop)]);
  } finally {
    end.abort();
    await Promise.allSettled([running, reporting, lines.close()]);
  }
  options.log.info({ scenario: scenario.name, endMs: endOf(scenario, startMs) }, "simulated devices have gone offline");
  onProgress?.(progress());
  return progress();
}

function devicesOf(options: SimOptions): MqttDevice[] {
  const { scenario, journalDir, passwordFor } = options;
  const epoch = options.epoch ?? Math.floor(options.clock.nowMs() / 1000);
  const make = (id: string, answer: AnswerCommand) =>
    new MqttDevice({
      ...options,
      id,
      answer,
      epoch,
      password: passwordFor?.(id),
      journalFile: journalDir === undefined ? undefined : join(journalDir, `${id}.ndjson`),
    });
  const elsewhere = new Set(
    scenario.lines.flatMap(({ speaks, devices }) => devices.map(({ flat }) => LINE_KINDS[speaks].idOf(flat))),
  );
  return flatsOf(scenario).flatMap(({ id }) => [
    ...(elsewhere.has(lockOf(id)) ? [] : [make(lockOf(id), answerAsLock)]),
    ...(elsewhere.has(counterOf(id)) ? [] : [make(counterOf(id), answerAsSensor)]),
  ]);
}

/** Devices of a site do not all connect in the same instant. */
async function runDevice(
  device: MqttDevice,
  siblings: number,
  options: SimOptions,
  signal: AbortSignal,
): Promise<void> {
  const delayMs = new Random(`${options.seed}/${device.id}/start`).float() * Math.min(2_000, siblings * 5);
  await options.clock.sleep(delayMs, signal).catch(() => undefined);
  await device.run(signal);
}

async function liveThrough(
  { clock, scenario, seed }: SimOptions,
  startMs: number,
  { devices, lines }: { readonly devices: ReadonlyMap<string, MqttDevice>; readonly lines: ServedLines },
  signal: AbortSignal,
): Promise<void> {
  const span = { scenario, seed, startMs, fromMs: clock.nowMs(), scale: clock.scale };
  let burst = 0;
  try {
    for (const next of mergeByTime<SimReading | LineEvent>([readings(span), lineEvents(span)])) {
      const { atMs } = next;
      burst = atMs > clock.nowMs() ? 0 : (burst + 1) % BURST;
      while (atMs > clock.nowMs()) {
        await clock.sleep(Math.min((atMs - clock.nowMs()) / clock.scale, MAX_DELAY_MS), signal);
      }
      if (burst === BURST - 1) await clock.sleep(0, signal);
      if ("event" in next) lines.act(next.device, next.event);
      else {
        const { device, ...rest } = next.reading;
        devices.get(device)?.report(rest);
      }
    }
    await Promise.race([Promise.all([...devices.values()].map((device) => device.drained())), aborted(signal)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function every(ms: number, clock: Clock, signal: AbortSignal, act: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(ms, signal).then(act, () => undefined);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function progressOf(devices: readonly MqttDevice[], onLines: number, nowMs: number): SimProgress {
  const sum = (count: (device: MqttDevice) => number) => devices.reduce((total, device) => total + count(device), 0);
  const acknowledged = sum((device) => device.counters.acknowledged);
  const unacknowledged = sum((device) => device.unacknowledged);
  return {
    nowMs,
    devices: devices.length,
    connected: sum((device) => (device.connected ? 1 : 0)),
    onLines,
    reported: acknowledged + unacknowledged,
    published: sum((device) => device.counters.published),
    acknowledged,
    resent: sum((device) => device.counters.resent),
    errors: sum((device) => device.counters.errors),
    unacknowledged,
  };
}
