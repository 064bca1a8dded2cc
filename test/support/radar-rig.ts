/** A radar driver with a simulated radar at a raw TCP device server. Time is the test's own; it moves on once the bytes of a step have arrived. */
import { type SimDevice, serveTcp, shareLine, type TcpFarEnd } from "@gatehouse/device-sim";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Driver, driverTypes, HealthBoard, type Rejection } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";

export interface RadarReading {
  readonly device: string;
  readonly kind: string;
  readonly value?: number;
}

export interface RadarRig {
  /** Resolves when the driver is connected. */
  join(): Promise<void>;
  readonly clock: FakeClock;
  readonly far: TcpFarEnd;
  readonly health: HealthBoard;
  readonly log: MemoryLog;
  readonly readings: RadarReading[];
  readonly driver: Driver;
  readonly ended: Promise<void>;
  /** Lets time pass at the radar's pace. */
  pass(ms: number): Promise<void>;
  /** Bytes of nobody's on the line. */
  noise(bytes: Uint8Array): Promise<void>;
  stop(): Promise<void>;
  /** `device kind value` of each reading. */
  told(): string[];
}

const STEP_MS = 100;
const HASTE = 10_000;

export interface RadarRigOptions {
  readonly type: "ld2410" | "ld2450";
  readonly radar: SimDevice;
  readonly config?: object;
  readonly devices?: readonly object[];
  readonly accept?: (items: readonly unknown[]) => Promise<readonly Rejection[]>;
  /** Somebody else runs the driver, and then calls join(). */
  readonly late?: boolean;
}

export async function openRadarRig(options: RadarRigOptions): Promise<RadarRig> {
  const { type, radar, config } = options;
  const clock = new FakeClock();
  const far = await serveTcp();
  let said = 0;
  let heard = 0;
  const say = (bytes: Uint8Array) => {
    said += far.connections > 0 ? bytes.length : 0;
    far.say(bytes);
  };
  const line = shareLine({ onBytes: (listener) => far.onBytes(listener), say }, [radar], { clock, tickMs: STEP_MS });
  const health = new HealthBoard(clock);
  const log = new MemoryLog();
  const readings: RadarReading[] = [];
  const row = driverTypes.find((candidate) => candidate.type === type);
  if (row === undefined) throw new RangeError(`there is no driver type ${type}`);
  const keep = async (items: readonly unknown[]) => {
    readings.push(...(items as RadarReading[]));
    return [];
  };
  const devices = options.devices ?? [
    { id: "radar", kind: "presence", driver: "r", space: "s", reversed: false, holdSeconds: 10 },
  ];
  const tap = ({ direction, bytes }: { direction: string; bytes: Uint8Array }) => {
    if (direction === "rx") heard += bytes.length;
  };
  const deps = { ...bareDeps(), clock, log, health, devices, tap, accept: options.accept ?? keep, broker: undefined };
  const driver = row.create(
    "r",
    row.config.parse({ link: `tcp:127.0.0.1:${far.port}`, ...config }) as never,
    deps as never,
  ) as Driver;
  const stop = new AbortController();
  const ended = options.late ? Promise.resolve() : driver.run(stop.signal);
  ended.catch(() => {});
  const arrived = async () => {
    for (let turn = 0; heard < said && turn < HASTE; turn++) await settle();
    await settle();
  };
  const join = async () => {
    for (let turn = 0; far.connections === 0 && turn < HASTE; turn++) await settle();
  };
  if (!options.late) await join();
  return {
    join,
    clock,
    far,
    health,
    log,
    readings,
    driver,
    ended,
    pass: async (ms) => {
      for (let step = 0; step < ms; step += STEP_MS) {
        await clock.advance(STEP_MS);
        await arrived();
      }
    },
    noise: async (bytes) => {
      say(bytes);
      await arrived();
    },
    stop: async () => {
      stop.abort();
      await ended.catch(() => {});
      line.stop();
      await far.close();
    },
    told: () =>
      readings.map(({ device, kind, value }) => [device, kind, ...(value === undefined ? [] : [value])].join(" ")),
  };
}
