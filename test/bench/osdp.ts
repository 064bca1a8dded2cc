/** 32 readers in secure sessions on one line whose answers take the time the rate allows: readings a second and processor time, beside what the line can carry at all. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Device, systemClock } from "@gatehouse/protocol";
import { driverTypes, HealthBoard, Pseudonymized } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";

const READERS = 32;
const KEY = "00112233445566778899aabbccddeeff";
/** Start, length, address, control, security block, code, MAC, CRC and mark: a POLL; the same with one block of card data: its RAW. */
const POLL_BYTES = 15;
const RAW_BYTES = 31;
const BITS = 10;
/** Mean time the simulated readers take to think, and the silence between two frames. */
const READER_MS = 7;
const GAP_CHARACTERS = 3.5;
const CHILD = fileURLToPath(new URL("osdp-readers.ts", import.meta.url));

export interface OsdpBench {
  readonly readingsPerSecond: number;
  /** If nobody ever paused between two frames. */
  readonly lineLimitPerSecond: number;
  /** With the readers' own turnaround and the silence between frames. */
  readonly readersLimitPerSecond: number;
  readonly ofReadersLimit: number;
  readonly cpuPercent: number;
  readonly roundMs: number;
  /** Live heap of the driver and its line, by reader. */
  readonly heapKbPerReader: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function liveHeapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

export async function benchOsdp(baud: number, seconds: number): Promise<OsdpBench> {
  const child = fork(CHILD, [String(READERS), String((BITS * 1_000) / baud), KEY]);
  try {
    return await measure(child, baud, seconds);
  } finally {
    child.kill("SIGKILL");
  }
}

async function measure(child: ChildProcess, baud: number, seconds: number): Promise<OsdpBench> {
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  const row = driverTypes.find(({ type }) => type === "osdp");
  if (row === undefined) throw new RangeError("there is no driver type osdp");
  const devices = Array.from({ length: READERS }, (_, address): Device => {
    return { id: `reader-${address}`, kind: "reader", driver: "bus", reversed: false, address, key: { file: "key" } };
  });
  const emptyBytes = liveHeapBytes();
  let cards = 0;
  const online = new Set<unknown>();
  const driver = row.create(
    "bus",
    row.config.parse({ link: `tcp:127.0.0.1:${port}?baud=${baud}`, pollMs: 20 }) as never,
    {
      ...bareDeps(),
      clock: systemClock,
      log: new MemoryLog(),
      health: new HealthBoard(systemClock),
      devices,
      secret: () => Buffer.from(KEY),
      broker: { onPublish: () => () => {}, publish: async () => {} },
      accept: async (items) => {
        for (const item of items) {
          if (item instanceof Pseudonymized) cards += 1;
          else if ((item as { readonly kind?: string }).kind === "device.online")
            online.add((item as { readonly device: string }).device);
        }
        return [];
      },
    },
  );
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  while (online.size < READERS) await systemClock.sleep(50);
  // What every reader is asked at the beginning is over when all have told a few cards.
  while (cards < 4 * READERS) await systemClock.sleep(50);
  const [fromCards, fromCpu, fromMs] = [cards, process.cpuUsage(), systemClock.monoMs()];
  await systemClock.sleep(seconds * 1_000);
  const tookMs = systemClock.monoMs() - fromMs;
  const { user, system } = process.cpuUsage(fromCpu);
  const readingsPerSecond = ((cards - fromCards) * 1_000) / tookMs;
  const heapBytes = liveHeapBytes() - emptyBytes;
  stop.abort();
  await ended;
  const lineLimitPerSecond = baud / BITS / (POLL_BYTES + RAW_BYTES);
  const gapMs = Math.max(2, (GAP_CHARACTERS * BITS * 1_000) / baud);
  const readersLimitPerSecond = 1_000 / (1_000 / lineLimitPerSecond + READER_MS + gapMs);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    readingsPerSecond: round(readingsPerSecond),
    lineLimitPerSecond: round(lineLimitPerSecond),
    readersLimitPerSecond: round(readersLimitPerSecond),
    ofReadersLimit: Math.round((readingsPerSecond / readersLimitPerSecond) * 100) / 100,
    cpuPercent: round((user + system) / tookMs / 10),
    roundMs: Math.round((READERS * 1_000) / readingsPerSecond),
    heapKbPerReader: round(heapBytes / READERS / 1_000),
  };
}
