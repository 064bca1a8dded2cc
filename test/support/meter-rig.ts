/** A meter driver on a line in memory, with simulated meters at the far end, all on one clock that a test moves. */
import { type SharedLine, type SimDevice, shareLine } from "@gatehouse/device-sim";
import { parseReading } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { type Driver, type DriverDeps, driverTypes, HealthBoard, Unreadable } from "gatehouse";
import { bareDeps, type FarEnd, linePair, MemoryLog, memoryVault } from "gatehouse/testing";

/** A row of the meter drivers: it takes a line of the test's own. */
interface MeterRow {
  readonly config: { parse(config: unknown): never };
  create(id: string, config: never, deps: DriverDeps, open: () => Promise<unknown>): Driver;
}

export interface MeterRigOptions {
  readonly type: "dlt645" | "cjt188";
  readonly meters: readonly SimDevice[];
  /** Keys of each device, by its id; `address` above all. */
  readonly devices: Readonly<Record<string, object>>;
  readonly config?: object;
  readonly vault?: ReturnType<typeof memoryVault>;
  readonly clock?: FakeClock;
  /** In place of the rig's own. */
  readonly accept?: DriverDeps["accept"];
}

const LINK = "serial:/dev/pair?baud=2400&parity=even";

export interface MeterRig {
  readonly driver: Driver;
  readonly clock: FakeClock;
  readonly far: FarEnd;
  readonly health: HealthBoard;
  readonly log: MemoryLog;
  readonly readings: readonly object[];
  /** Reasons of what was not taken. */
  readonly refused: readonly string[];
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  /** What came of one kind, oldest first. */
  values(kind: string): unknown[];
  close(): Promise<void>;
}

export async function openMeterRig({
  type,
  meters,
  devices,
  config = {},
  ...options
}: MeterRigOptions): Promise<MeterRig> {
  const clock = options.clock ?? new FakeClock();
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const vault = options.vault ?? memoryVault();
  const pair = await linePair(clock, { link: LINK });
  const shared: SharedLine = shareLine(pair.far, meters, { clock, characterMs: pair.line.characterMs });
  const readings: object[] = [];
  const refused: string[] = [];
  const collect: DriverDeps["accept"] = async (items) =>
    items.flatMap((item, index) => {
      const parsed = item instanceof Unreadable ? { ok: false as const, reason: item.reason } : parseReading(item);
      if (parsed.ok) readings.push(parsed.reading);
      else refused.push(parsed.reason);
      return parsed.ok ? [] : [{ index, reason: parsed.reason }];
    });
  const row = driverTypes.find((candidate) => candidate.type === type) as unknown as MeterRow;
  const broker = { onPublish: () => () => {}, publish: async () => {} };
  const deps = {
    ...bareDeps(),
    clock,
    log,
    accept: options.accept ?? collect,
    health,
    vault,
    broker,
    devices: Object.entries(devices).map(([id, keys]) => ({
      id,
      kind: type === "dlt645" ? ("energy-meter" as const) : ("water-meter" as const),
      driver: "meters",
      reversed: false,
      ...keys,
    })),
  };
  const driver = row.create("meters", row.config.parse({ link: LINK, ...config }), deps, async () => pair.line);
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  ended.catch(() => {});
  return {
    driver,
    clock,
    far: pair.far,
    health,
    log,
    readings,
    refused,
    ended,
    stop,
    values: (kind) =>
      readings.flatMap((reading) =>
        "kind" in reading && reading.kind === kind && "value" in reading ? [reading.value] : [],
      ),
    close: async () => {
      stop.abort();
      await ended.catch(() => {});
      shared.stop();
    },
  };
}
