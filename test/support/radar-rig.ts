/** A radar driver with a simulated radar at a raw TCP device server, or on a pseudo-terminal. Time is the test's own; it moves on once the bytes of a step have arrived. */
import { openPty, type SimDevice, serveTcp, shareLine, type Wire } from "@gatehouse/device-sim";
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
  /** The line is lost. */
  drop(): void;
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
  /** Default `tcp`. */
  readonly over?: "tcp" | "pty";
  /** Somebody else runs the driver, and then calls join(). */
  readonly late?: boolean;
}

export async function openRadarRig(options: RadarRigOptions): Promise<RadarRig> {
  const { type, radar, config } = options;
  const clock = new FakeClock();
  const far = await (options.over === "pty" ? ptyEnd() : tcpEnd());
  let said = 0;
  let heard = 0;
  let asked = 0;
  let understood = 0;
  const say = (bytes: Uint8Array) => {
    // Said into the void it would be lost, or not: then nobody could tell when all has arrived.
    if (!far.isOpen()) return;
    said += bytes.length;
    far.say(bytes);
  };
  const onBytes = (listener: (bytes: Uint8Array) => void) =>
    far.onBytes((bytes) => {
      understood += bytes.length;
      listener(bytes);
    });
  const line = shareLine({ onBytes, say }, [radar], { clock, tickMs: STEP_MS });
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
    else asked += bytes.length;
  };
  const deps = { ...bareDeps(), clock, log, health, devices, tap, accept: options.accept ?? keep, broker: undefined };
  const driver = row.create("r", row.config.parse({ link: far.link, ...config }) as never, deps as never) as Driver;
  const stop = new AbortController();
  const ended = options.late ? Promise.resolve() : driver.run(stop.signal);
  ended.catch(() => {});
  const arrived = async () => {
    for (let turn = 0; (heard < said || understood < asked) && turn < HASTE; turn++) await settle();
    await settle();
  };
  const join = async () => {
    for (let turn = 0; !far.isOpen() && turn < HASTE; turn++) await settle();
  };
  if (!options.late) await join();
  return {
    join,
    clock,
    drop: () => far.drop(),
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

interface End extends Wire {
  readonly link: string;
  /** Somebody hears what is said. */
  isOpen(): boolean;
  drop(): void;
  close(): Promise<void>;
}

async function tcpEnd(): Promise<End> {
  const far = await serveTcp();
  return {
    link: `tcp:127.0.0.1:${far.port}`,
    isOpen: () => far.connections > 0,
    onBytes: (listener) => far.onBytes(listener),
    say: (bytes) => far.say(bytes),
    drop: () => far.drop(),
    close: () => far.close(),
  };
}

async function ptyEnd(): Promise<End> {
  const pty = await openPty();
  let spoken = false;
  return {
    link: `serial:${pty.path}`,
    // What was said before is flushed when the port is opened: it is open for certain once the gateway has spoken, as with `configure`.
    isOpen: () => spoken,
    onBytes: (listener) =>
      pty.onBytes((bytes) => {
        spoken = true;
        listener(bytes);
      }),
    say: (bytes) => pty.say(bytes),
    drop: () => void pty.unplug(),
    close: () => pty.unplug(),
  };
}
