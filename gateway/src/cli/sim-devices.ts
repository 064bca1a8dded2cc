/** `gatehouse sim --device`: simulated devices on a line of their own, driven by lines on stdin, their lamps and outputs told on stdout. */
import { createInterface } from "node:readline";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { untilSignal } from "./arguments.ts";

export interface DeviceFlags {
  readonly device: readonly string[];
  readonly listen?: string;
  readonly baud?: string;
  readonly seed: string;
}

export async function simDevices({ device, listen, baud, seed }: DeviceFlags): Promise<void> {
  if (listen === undefined)
    throw new ConfigError({
      path: "--listen",
      reason: "is missing",
      fix: "write tcp:127.0.0.1:4001 or pty:/tmp/bus-1",
    });
  const rate = baud === undefined ? undefined : Number(baud);
  if (rate !== undefined && !(rate >= 300 && rate <= 4_000_000))
    throw new ConfigError({ path: "--baud", reason: `"${baud}" is no rate`, fix: "write 9600, say" });
  const { runDevices } = await import("@gatehouse/device-sim");
  await runDevices({
    devices: device,
    listen,
    baud: rate,
    seed,
    clock: systemClock,
    signal: untilSignal(),
    lines: createInterface({ input: process.stdin }),
    tell: (told) => process.stdout.write(`${JSON.stringify(told)}\n`),
  });
  // Otherwise an open stdin would keep the process.
  process.stdin.destroy();
}
