/** The UHPPOTE driver with a simulated board on a real UDP port. Time is the test's own: news comes by push, or when the clock is moved. */
import {
  createUhppoteBoard,
  serveUdp,
  type UdpServer,
  type UhppoteBoard,
  type UhppoteBoardOptions,
} from "@gatehouse/device-sim";
import type { LinkError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Driver, driverTypes, HealthBoard, Pseudonymized, type Rejection } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault } from "gatehouse/testing";

export const SERIAL = 405_419_896;

export interface TestReading {
  readonly device: string;
  readonly kind: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly at?: string;
  readonly value?: unknown;
  readonly credential?: string;
  readonly isPseudonym: boolean;
}

export const DEVICES = [
  { id: "in-1", kind: "reader", driver: "boards", portal: "door-1", direction: "in", serial: SERIAL, door: 1 },
  { id: "out-1", kind: "reader", driver: "boards", portal: "door-1", direction: "out", serial: SERIAL, door: 1 },
  { id: "door-2", kind: "lock", driver: "boards", portal: "door-2", serial: SERIAL, door: 2 },
  { id: "board", kind: "board", driver: "boards", space: "hall", serial: SERIAL },
] as const;

export interface UhppoteWorld {
  readonly board: UhppoteBoard;
  readonly clock: FakeClock;
  readonly vault: ReturnType<typeof memoryVault>;
  readonly health: HealthBoard;
  readonly log: MemoryLog;
  readonly readings: TestReading[];
  server: UdpServer;
}

export async function openUhppoteWorld(options: Partial<UhppoteBoardOptions> = {}): Promise<UhppoteWorld> {
  const clock = new FakeClock(Date.UTC(2026, 10, 25, 1));
  const board = createUhppoteBoard({ id: "sim", serial: SERIAL, clock, ...options });
  const server = await serveUdp([board], { clock });
  const log = new MemoryLog();
  return { board, clock, vault: memoryVault(), health: new HealthBoard(clock), log, readings: [], server };
}

export interface UhppoteRun {
  readonly driver: Driver;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly config?: object;
  /** Stands before the readings are kept; what it throws accept throws. */
  readonly gate?: () => Promise<void>;
  readonly devices?: readonly object[];
  /** What the vault and the log of another driver, or nobody, would see. */
  readonly accept?: (items: readonly unknown[]) => Promise<readonly Rejection[]>;
}

export function makeUhppote(world: UhppoteWorld, options: RunOptions = {}): Driver {
  const row = driverTypes.find(({ type }) => type === "uhppote");
  if (row === undefined) throw new RangeError("there is no driver type uhppote");
  const { clock, log, health, vault, readings } = world;
  const boards = [{ serial: SERIAL, host: `127.0.0.1:${world.server.port}` }];
  const config = row.config.parse({ boards, ...options.config });
  const keep = async (items: readonly unknown[]): Promise<readonly Rejection[]> => {
    await options.gate?.();
    for (const item of items) {
      const isPseudonym = item instanceof Pseudonymized;
      readings.push({ ...((isPseudonym ? item.item : item) as TestReading), isPseudonym });
    }
    return [];
  };
  const deps = {
    ...bareDeps(),
    clock,
    log,
    health,
    vault,
    accept: options.accept ?? keep,
    devices: options.devices ?? DEVICES,
  };
  return row.create("boards", config as never, { ...deps, broker: undefined } as never) as Driver;
}

export function runUhppote(world: UhppoteWorld, options: RunOptions = {}): UhppoteRun {
  const driver = makeUhppote(world, options);
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  ended.catch(() => {});
  return {
    driver,
    ended,
    stop: async () => {
      stop.abort();
      await ended.catch((error: LinkError) => error);
    },
  };
}

/** Packets take real time: looks again until it is so. Time stands still meanwhile. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 2_000; turn++) {
    if (isSo()) return;
    await settle();
  }
  throw new RangeError(`it never came about that ${what}`);
}

export const kinds = (world: UhppoteWorld): string[] => world.readings.map(({ device, kind }) => `${device} ${kind}`);
