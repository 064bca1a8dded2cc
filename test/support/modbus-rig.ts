/** The Modbus driver on a real line, in real time, with what it says collected. */
import { readFileSync } from "node:fs";
import { type Device, parseReading, type RawReading, RegisterMap, systemClock } from "@gatehouse/protocol";
import { type Accept, type Driver, driverTypes, HealthBoard, Unreadable } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault } from "gatehouse/testing";
import { parse } from "yaml";

export type TestVault = ReturnType<typeof memoryVault>;

export interface ModbusDeviceKeys {
  readonly id: string;
  readonly kind: Device["kind"];
  readonly unit: number;
  /** Name of a ready map, or a map. */
  readonly map: string | object;
  readonly [key: string]: unknown;
}

export interface ModbusRigOptions {
  readonly link: string;
  readonly mode?: "rtu" | "tcp";
  readonly replyMs?: number;
  readonly devices: readonly ModbusDeviceKeys[];
  /** That of an earlier rig: what its driver remembers. */
  readonly vault?: TestVault;
  readonly accept?: Accept;
}

export interface ModbusRig {
  readonly driver: Driver;
  readonly readings: readonly RawReading[];
  readonly vault: TestVault;
  readonly health: HealthBoard;
  readonly log: MemoryLog;
  /** Resolves or rejects as run() does. */
  readonly ended: Promise<void>;
  of(kind: RawReading["kind"]): readonly RawReading[];
  stop(): Promise<void>;
}

/** A map that comes with the gateway. */
export function readyMap(name: string): RegisterMap {
  const file = new URL(`../../gateway/modbus-maps/${name}.yaml`, import.meta.url);
  return RegisterMap.parse(parse(readFileSync(file, "utf8")));
}

export function makeModbus(options: ModbusRigOptions): Omit<ModbusRig, "ended" | "stop"> & { run: Driver["run"] } {
  const row = driverTypes.find(({ type }) => type === "modbus");
  if (row === undefined) throw new RangeError("there is no driver type modbus");
  const { link, mode, replyMs, devices, vault = memoryVault() } = options;
  const readings: RawReading[] = [];
  const accept: Accept = async (items) => {
    const rejections = await options.accept?.(items);
    for (const item of items) {
      if (item instanceof Unreadable) continue;
      const parsed = parseReading(item);
      if (!parsed.ok) throw new RangeError(`not a reading: ${parsed.reason} ${JSON.stringify(item)}`);
      readings.push(parsed.reading);
    }
    return rejections ?? [];
  };
  const health = new HealthBoard(systemClock);
  const log = new MemoryLog();
  const config = row.config.parse({ link, ...(mode === undefined ? {} : { mode }), replyMs: replyMs ?? 150 });
  const driver = row.create("bus-1", config as never, {
    ...bareDeps(),
    vault,
    clock: systemClock,
    log,
    accept,
    health,
    broker: { onPublish: () => () => {}, publish: async () => {} },
    devices: devices.map(({ map, ...keys }) => ({
      driver: "bus-1",
      reversed: false,
      map: typeof map === "string" ? readyMap(map) : RegisterMap.parse(map),
      ...keys,
    })),
  });
  return {
    driver,
    readings,
    vault,
    health,
    log,
    run: (signal) => driver.run(signal),
    of: (kind) => readings.filter((reading) => reading.kind === kind),
  };
}

export function runModbus(options: ModbusRigOptions): ModbusRig {
  const rig = makeModbus(options);
  const stop = new AbortController();
  const ended = rig.run(stop.signal);
  ended.catch(() => {});
  return {
    ...rig,
    ended,
    stop: async () => {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}

/** Polls until the condition holds, for at most `ms`. */
export async function until(what: string, condition: () => boolean, ms = 5_000): Promise<void> {
  const endMs = systemClock.monoMs() + ms;
  while (!condition()) {
    if (systemClock.monoMs() > endMs) throw new RangeError(`not within ${ms} ms: ${what}`);
    await systemClock.sleep(10);
  }
}
