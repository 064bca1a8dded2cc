/** Load: many devices on plain TCP, at a fixed rate or as fast as the broker acknowledges. */
import { type Clock, ConfigError, LinkError, type RawReading, systemClock } from "@gatehouse/protocol";
import { Feed } from "./load/feed.ts";
import { PublishWriter } from "./load/frames.ts";
import { Histogram, type Quantiles } from "./load/histogram.ts";
import { type LoadCounters, LoadDevice } from "./load/load-device.ts";

/** A reading of the load; `device` is known from the topic. */
export type LoadReading = Omit<RawReading, "device">;

export interface LoadOptions {
  /** `mqtt://HOST:PORT`; no TLS. */
  readonly url: string;
  readonly devices: readonly string[];
  /** Publishes in flight for each device; default 8. */
  readonly window?: number | undefined;
  /** Readings a second, all devices together; default as fast as acknowledgements come. */
  readonly ratePerSecond?: number | undefined;
  /** Stop sending after so many seconds … */
  readonly seconds?: number | undefined;
  /** … or so many readings, whichever comes first; without both when the signal aborts. */
  readonly count?: number | undefined;
  /** How long to wait for the last acknowledgements, s; default 30. */
  readonly drainSeconds?: number | undefined;
  readonly epoch?: number | undefined;
  readonly firstSeq?: number | undefined;
  /** One password for all. */
  readonly password?: string | undefined;
  /** Default: `count.in` of one person, now. */
  readonly makeReading?: ((device: string, seq: number) => LoadReading) | undefined;
  /** Called for each acknowledgement. */
  readonly onAcknowledged?: ((device: string, seq: number) => void) | undefined;
  /** Called once, when every device has been connected and before the first reading. */
  readonly onConnected?: (() => void) | undefined;
  /** Called about once a second. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Stops sending; acknowledgements are still awaited. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** Readings, all devices together. */
export interface LoadProgress extends Readonly<LoadCounters> {
  readonly seconds: number;
}

export interface LoadResult extends LoadProgress {
  /** Acknowledged readings a second, from the first send (all devices connected) to the last acknowledgement. */
  readonly perSecond: number;
  /** From the moment a reading wanted to go out to its acknowledgement; at a fixed rate that counts the wait for the window too. */
  readonly latencyMs: Quantiles;
  /** For each device the seq up to which all is acknowledged. */
  readonly highestAcknowledged: Readonly<Record<string, number>>;
  readonly unacknowledged: number;
}

const TICK_MS = 2;
const PING_MS = 60_000;
const PROGRESS_MS = 1_000;
const CONNECT_MS = 60_000;

/**
 * Connects all devices, sends, waits for the acknowledgements. Readings of a broken connection are sent again, in order.
 * Throws LinkError `timeout` when the devices do not get connected within a minute.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { clock = systemClock, onProgress } = options;
  const counters: LoadCounters = { sent: 0, acknowledged: 0, resent: 0, reconnects: 0, rejected: 0, connected: 0 };
  const latency = new Histogram();
  const feed = new Feed(options, options.devices.length, clock);
  const devices = devicesOf(options, clock, counters, latency, feed);
  const end = new AbortController();
  try {
    await connectAll(devices, clock, end.signal);
    options.onConnected?.();
    const startMs = clock.monoMs();
    const elapsed = () => (clock.monoMs() - startMs) / 1000;
    repeat(PING_MS, clock, end.signal, () => {
      for (const device of devices) device.ping();
    });
    repeat(PROGRESS_MS, clock, end.signal, () => onProgress?.({ ...counters, seconds: elapsed() }));
    await send(options, feed, devices, clock);
    await drain(options, counters, clock);
    const seconds = elapsed();
    return {
      ...counters,
      seconds,
      perSecond: counters.acknowledged / seconds,
      latencyMs: latency.quantiles,
      highestAcknowledged: Object.fromEntries(devices.map((device) => [device.id, device.highestAcknowledged])),
      unacknowledged: counters.sent - counters.acknowledged,
    };
  } finally {
    end.abort();
    for (const device of devices) device.stop();
  }
}

async function connectAll(devices: readonly LoadDevice[], clock: Clock, signal: AbortSignal): Promise<void> {
  for (const device of devices) device.connect();
  const late = clock.sleep(CONNECT_MS, signal).then(
    () => {
      throw new LinkError("timeout", `not all of ${devices.length} devices got connected in ${CONNECT_MS} ms`);
    },
    () => undefined,
  );
  await Promise.race([Promise.all(devices.map((device) => device.ready)), late]);
}

async function send(options: LoadOptions, feed: Feed, devices: readonly LoadDevice[], clock: Clock): Promise<void> {
  const { seconds, signal } = options;
  const untilMs = seconds === undefined ? Number.POSITIVE_INFINITY : clock.monoMs() + seconds * 1000;
  feed.open();
  for (const device of devices) device.pump();
  while (feed.isOpen && clock.monoMs() < untilMs && signal?.aborted !== true) {
    for (const index of feed.deal()) devices[index]?.pump();
    await clock.sleep(TICK_MS);
  }
  feed.close();
}

async function drain({ drainSeconds = 30 }: LoadOptions, counters: LoadCounters, clock: Clock): Promise<void> {
  const untilMs = clock.monoMs() + drainSeconds * 1000;
  while (counters.acknowledged < counters.sent && clock.monoMs() < untilMs) await clock.sleep(TICK_MS);
}

function repeat(ms: number, clock: Clock, signal: AbortSignal, act: () => void): void {
  const again = () => {
    if (signal.aborted) return;
    act();
    signal.removeEventListener("abort", cancel);
    repeat(ms, clock, signal, act);
  };
  const cancel = clock.after(ms, again);
  signal.addEventListener("abort", cancel, { once: true });
}

function devicesOf(
  options: LoadOptions,
  clock: Clock,
  counters: LoadCounters,
  latency: Histogram,
  feed: Feed,
): readonly LoadDevice[] {
  const { hostname, port } = brokerOf(options.url);
  const { window = 8, firstSeq = 1, password, onAcknowledged } = options;
  const shared = { host: hostname, port, password, window, firstSeq, clock, counters, latency, onAcknowledged };
  const writer = new PublishWriter();
  const payload = payloadMaker(options, clock);
  return options.devices.map(
    (id, index) => new LoadDevice({ ...shared, id, writer, payload, next: () => feed.next(index) }),
  );
}

function brokerOf(url: string): { readonly hostname: string; readonly port: number } {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "mqtt:" || parsed.hostname === "") {
    throw new ConfigError({ path: "url", reason: `"${url}" is no plain MQTT broker`, fix: "write mqtt://HOST:PORT" });
  }
  return { hostname: parsed.hostname.replace(/^\[|\]$/g, ""), port: Number(parsed.port || 1883) };
}

function payloadMaker(options: LoadOptions, clock: Clock): (device: string, seq: number) => string {
  const { epoch = 1, makeReading } = options;
  if (makeReading !== undefined) {
    return (device, seq) => JSON.stringify({ epoch, seq, ...makeReading(device, seq) });
  }
  let [atMs, at] = [Number.NaN, ""];
  return (_device, seq) => {
    const nowMs = Math.floor(clock.nowMs());
    if (nowMs !== atMs) [atMs, at] = [nowMs, new Date(nowMs).toISOString()];
    return `{"epoch":${epoch},"seq":${seq},"at":"${at}","kind":"count.in","value":1}`;
  };
}
