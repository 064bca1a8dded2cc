/** One half-duplex line with 32 devices: what it costs when nothing happens, and what goes through it beside what the wire can carry. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openPty, shareLine } from "@gatehouse/device-sim";
import { type Device, type Framing, LinkError, systemClock } from "@gatehouse/protocol";
import { type DriverDeps, driverTypes, HealthBoard, LineBus, LinkUrl, openLine } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

const DEVICES = 32;
const ADDRESSES = Array.from({ length: DEVICES }, (_, i) => i + 1);

const cpuPercent = (from: NodeJS.CpuUsage, ms: number): number => {
  const { user, system } = process.cpuUsage(from);
  return Number(((user + system) / 10 / ms).toFixed(2));
};

/** `AA address 00`. */
const framing: Framing = {
  maxBytes: 3,
  look: (bytes) => (bytes[0] !== 0xaa ? { skip: 1, reason: "garbage" } : bytes.length < 3 ? { need: 3 } : { frame: 3 }),
};

/** The bus alone, each device asked once a second; the devices answer in the same process and are part of the cost. */
export async function benchIdleBus(seconds: number) {
  const pty = await openPty();
  const device = {
    id: "all",
    hear: ([, address = 0]: Uint8Array) => [{ afterMs: 2, bytes: Uint8Array.of(0xaa, address | 0x80, 0) }],
    act: () => {},
  };
  const shared = shareLine(pty, [device], { clock: systemClock });
  const log = new MemoryLog();
  const stop = new AbortController();
  const line = await openLine(LinkUrl.parse(`serial:${pty.path}`), { clock: systemClock, log }, stop.signal);
  const health = new HealthBoard(systemClock);
  const bus = new LineBus({ line, framing, clock: systemClock, log, health, driver: "bus" });
  const members = ADDRESSES.map((address) => ({
    device: `device-${address}`,
    priority: 1 as const,
    periodMs: 1_000,
    poll: async (ask: Parameters<Parameters<typeof bus.urgent>[1]>[0]) => {
      await ask({
        request: Uint8Array.of(0xaa, address, 0),
        replyMs: 100,
        hear: (piece) => (piece.bytes[1] === (address | 0x80) ? true : undefined),
      });
    },
  }));
  const end = bus.run(members, stop.signal);
  await systemClock.sleep(1_000);
  const from = process.cpuUsage();
  const asked = () => bus.counters.members.reduce((sum, each) => sum + each.asked, 0);
  const before = asked();
  await systemClock.sleep(seconds * 1_000);
  const result = {
    devices: DEVICES,
    askedPerSecond: Math.round((asked() - before) / seconds),
    cpuPercent: cpuPercent(from, seconds * 1_000),
  };
  stop.abort();
  await end;
  await line.close();
  shared.stop();
  await pty.unplug();
  return result;
}

const KEY = "00112233445566778899AABBCCDDEEFF";
const SESSIONS_WITHIN_MS = 120_000;

/** Real driver, secure channels, simulated readers in a process of their own whose bytes take their time on the wire. */
export async function benchOsdpLine(baud: number, seconds: number) {
  using dir = tempDir();
  const port = join(dir.path, "bus");
  const readers = ADDRESSES.flatMap((address) => [
    "--device",
    `osdp-reader?address=${address}&id=r${address}&key=${KEY}`,
  ]);
  const sim = spawn(
    process.execPath,
    [GATEHOUSE, "sim", ...readers, "--listen", `pty:${port}`, "--baud", String(baud)],
    {
      stdio: ["pipe", "ignore", "inherit"],
    },
  );
  const stop = new AbortController();
  try {
    while (!existsSync(port)) await systemClock.sleep(50);
    const line = osdpLine(`serial:${port}?baud=${baud}`);
    const startedMs = systemClock.monoMs();
    const end = line.driver.run(stop.signal);
    await until(() => line.online >= DEVICES, SESSIONS_WITHIN_MS);
    const sessionsMs = systemClock.monoMs() - startedMs;
    const idle = await measure(line, seconds);
    let next = 0;
    const feed = setInterval(
      () => {
        for (const address of ADDRESSES)
          sim.stdin.write(
            `${JSON.stringify({ device: `r${address}`, kind: "card", number: 100_000 + (next++ % 900_000) })}\n`,
          );
      },
      (1_000 * DEVICES) / (2 * line.limitPerSecond(baud)),
    );
    await systemClock.sleep(1_000);
    const busy = await measure(line, seconds);
    clearInterval(feed);
    stop.abort();
    await end;
    return {
      baud,
      readers: DEVICES,
      allInSessionS: Number((sessionsMs / 1_000).toFixed(1)),
      idle: { pollsPerSecond: idle.asked, cpuPercent: idle.cpuPercent, wirePercent: idle.wirePercent(baud) },
      cards: {
        readingsPerSecond: busy.readings,
        exchangesPerSecond: busy.asked,
        wireLimitPerSecond: busy.limitPerSecond(baud),
        wirePercent: busy.wirePercent(baud),
        cpuPercent: busy.cpuPercent,
      },
    };
  } finally {
    stop.abort();
    const gone = once(sim, "exit");
    sim.kill();
    await gone;
  }
}

type OsdpLine = ReturnType<typeof osdpLine>;

/** The driver with ears on its line. */
function osdpLine(link: string) {
  const row = driverTypes.find(({ type }) => type === "osdp");
  if (row === undefined) throw new RangeError("there is no driver type osdp");
  const counts = { asked: 0, bytes: 0, readings: 0, online: 0 };
  const devices = ADDRESSES.map(
    (address): Device => ({
      id: `r${address}`,
      kind: "reader",
      driver: "osdp",
      reversed: false,
      address,
      key: { env: "KEY" },
    }),
  );
  const deps: DriverDeps = {
    ...bareDeps(),
    clock: systemClock,
    log: new MemoryLog(),
    health: new HealthBoard(systemClock),
    devices,
    broker: { onPublish: () => () => {}, publish: async () => {} },
    secret: () => Buffer.from(KEY),
    accept: async (items) => {
      const text = items.map((item) => JSON.stringify(item));
      counts.readings += text.filter((item) => item.includes("card.read")).length;
      counts.online += text.filter((item) => item.includes("device.online")).length;
      return [];
    },
    tap: ({ direction, bytes }) => {
      counts.bytes += bytes.length;
      if (direction === "tx") counts.asked += 1;
    },
  };
  const driver = row.create("osdp", row.config.parse({ link, pollMs: 20 }) as never, deps);
  return {
    driver,
    counts,
    get online() {
      return counts.online;
    },
    /** A poll and an answer with a card, encrypted. */
    limitPerSecond: (baud: number) => baud / 10 / (15 + 33),
  };
}

async function measure({ counts }: OsdpLine, seconds: number) {
  const before = { ...counts };
  const cpu = process.cpuUsage();
  const fromMs = systemClock.monoMs();
  await systemClock.sleep(seconds * 1_000);
  const ms = systemClock.monoMs() - fromMs;
  const per = (count: number) => Math.round((count * 1_000) / ms);
  const [asked, bytes] = [counts.asked - before.asked, counts.bytes - before.bytes];
  return {
    asked: per(asked),
    readings: per(counts.readings - before.readings),
    cpuPercent: cpuPercent(cpu, ms),
    /** Of the time, bytes were on the wire. */
    wirePercent: (baud: number) => Math.round((bytes * 10 * 100_000) / baud / ms),
    /** Exchanges of that length, one right behind the other. */
    limitPerSecond: (baud: number) => Math.round(baud / 10 / (bytes / asked)),
  };
}

async function until(holds: () => boolean, ms: number): Promise<void> {
  const fromMs = systemClock.monoMs();
  while (!holds()) {
    if (systemClock.monoMs() - fromMs > ms) throw new LinkError("timeout", "the readers did not come online");
    await systemClock.sleep(50);
  }
}
