/** One half-duplex line with 32 devices: what it costs when nothing happens. */
import { openPty, shareLine } from "@gatehouse/device-sim";
import { type Framing, systemClock } from "@gatehouse/protocol";
import { HealthBoard, LineBus, LinkUrl, openLine } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";

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
