/** An OSDP line as a site has it: simulated readers behind a raw TCP device server, the driver at the other end, a clock that the test moves. */
import {
  createOsdpReader,
  type Fault,
  type OsdpReader,
  type OsdpReaderOptions,
  serveTcp,
  shareLine,
  withFaults,
} from "@gatehouse/device-sim";
import { type Device, parseReading, type RawReading } from "@gatehouse/protocol";
import { FakeClock, Random, settle } from "@gatehouse/protocol/testing";
import { type Accept, type Driver, driverTypes, HealthBoard, Pseudonymized, Unreadable } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault } from "gatehouse/testing";

export interface OsdpLineOptions {
  readonly readers: readonly (Omit<OsdpReaderOptions, "id"> & { readonly id?: string })[];
  /** Keys of the site file's devices beside their address, by place. */
  readonly keys?: readonly object[];
  readonly secrets?: Readonly<Record<string, Buffer>>;
  readonly vault?: ReturnType<typeof memoryVault>;
  readonly accept?: Accept;
  readonly seed?: string;
  /** Answers take the time this rate allows; without it they come at once. */
  readonly baud?: number;
  /** Of every reader, from the start. */
  readonly faults?: readonly Fault[];
}

export interface OsdpLine {
  readonly driver: Driver;
  readonly clock: FakeClock;
  readonly readers: readonly OsdpReader[];
  readonly vault: ReturnType<typeof memoryVault>;
  readonly health: HealthBoard;
  readonly log: MemoryLog;
  /** Everything accepted, in order: readings, and reasons of what could not be read. */
  readonly told: (RawReading | string)[];
  /** Bytes of both directions. */
  readonly tapped: { readonly atMs: number; readonly direction: "tx" | "rx"; readonly bytes: Uint8Array }[];
  /** `kind` of the readings so far. */
  kinds(): string[];
  codes(): string[];
  /** Lets the line run until then; fails after so many seconds of its own time. */
  until(reached: () => boolean, seconds?: number): Promise<void>;
  pass(seconds: number): Promise<void>;
  /** Starts the driver. */
  run(): Promise<void>;
  stop(): Promise<void>;
  /** The device server drops its connections. */
  drop(): void;
  cure(fault: Fault): void;
  close(): Promise<void>;
}

export const READER = "reader-302";
/** Steps of the clock: shorter than any deadline of the line, so that real sockets keep up. */
const STEP_MS = 5;
const TURNS_PER_STEP = 2;

export async function openOsdpLine(options: OsdpLineOptions): Promise<OsdpLine> {
  const clock = new FakeClock();
  const random = new Random(options.seed ?? "osdp line");
  const readers = options.readers.map((reader, n) =>
    createOsdpReader({ id: n === 0 ? READER : `reader-${n}`, ...reader }, random.fork(`reader ${n}`)),
  );
  const suffering = readers.map((reader) =>
    withFaults(reader, options.faults ?? [], random.fork(reader.id), reader.ownFaults),
  );
  const server = await serveTcp();
  const shared = shareLine(server, suffering, {
    clock,
    characterMs: options.baud === undefined ? 0 : 10_000 / options.baud,
  });
  const cure = (fault: Fault, nowMs: number) => {
    for (const reader of suffering) reader.set(fault, false, nowMs);
  };
  const vault = options.vault ?? memoryVault();
  const health = new HealthBoard(clock);
  const log = new MemoryLog();
  const told: OsdpLine["told"] = [];
  const tapped: { atMs: number; direction: "tx" | "rx"; bytes: Uint8Array }[] = [];
  const row = driverTypes.find(({ type }) => type === "osdp");
  if (row === undefined) throw new RangeError("there is no driver type osdp");
  const devices = readers.map(
    ({ id }, n): Device => ({
      id,
      kind: "reader",
      driver: "bus-1",
      reversed: false,
      address: options.readers[n]?.address,
      ...options.keys?.[n],
    }),
  );
  const accept: Accept =
    options.accept ??
    (async (items) => {
      told.push(...items.map(readingOf));
      return [];
    });
  const config = row.config.parse({ link: `tcp:127.0.0.1:${server.port}?baud=${options.baud ?? 115_200}` });
  const driver = row.create("bus-1", config as never, {
    clock,
    log,
    accept,
    health,
    devices,
    broker: { onPublish: () => () => {}, publish: async () => {} },
    ...bareDeps(),
    secret: (ref) => options.secrets?.["file" in ref ? ref.file : ref.env] ?? Buffer.alloc(0),
    pseudonym: (number) => `c_${number.toLowerCase().padStart(10, "0")}`,
    vault,
    tap: ({ direction, bytes }) => tapped.push({ atMs: clock.monoMs(), direction, bytes: bytes.slice() }),
  });
  const stop = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const pass = async (seconds: number) => {
    for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
      for (let turn = 0; turn < TURNS_PER_STEP; turn++) await settle();
      await clock.advance(STEP_MS);
    }
  };
  return {
    driver,
    clock,
    readers,
    vault,
    health,
    log,
    told,
    tapped,
    kinds: () => told.flatMap((item) => (typeof item === "string" ? [] : [item.kind])),
    codes: () => health.entries.map(({ code }) => code),
    pass,
    until: async (reached, seconds = 20) => {
      for (let passed = 0; passed < seconds && !reached(); passed += STEP_MS / 1_000) await pass(STEP_MS / 1_000);
      if (!reached()) throw new RangeError(`not within ${seconds} s: ${reached}; told ${JSON.stringify(told)}`);
    },
    run: () => {
      ended = driver.run(stop.signal);
      ended.catch(() => {});
      return ended;
    },
    stop: async () => {
      stop.abort();
      await ended.catch(() => {});
    },
    drop: () => server.drop(),
    cure: (fault) => cure(fault, clock.monoMs()),
    close: async () => {
      stop.abort();
      shared.stop();
      await server.close();
      await ended.catch(() => {});
    },
  };
}

/** As the core would see it: whole readings, or the reason there is none. */
export function readingOf(item: unknown): RawReading | string {
  if (item instanceof Unreadable) return item.reason;
  const parsed = parseReading(item instanceof Pseudonymized ? item.item : item);
  return parsed.ok ? parsed.reading : parsed.reason;
}
