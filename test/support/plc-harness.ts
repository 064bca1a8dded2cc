/** The OPC UA driver with a simulated PLC: a real server, a real process that reads it. */
import { join } from "node:path";
import { type Plc, startPlc } from "@gatehouse/device-sim";
import { type Device, systemClock } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Accept, type DriverDeps, driverTypes, HealthBoard } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";
import { afterAll } from "vitest";
import type { OpenDriver } from "./driver-contract.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

const DEVICE = "turnstile-1";

/** Loading the library costs a second: one PLC serves until its power is cut. */
let shared: Plc | undefined;
let keys: TempDir | undefined;
afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
  keys?.[Symbol.dispose]();
});

export interface PlcDriverOptions {
  readonly accept: Accept;
  readonly config: object;
  readonly points: readonly object[];
  readonly folder: string;
  readonly clock: FakeClock | typeof systemClock;
  readonly vault?: DriverDeps["vault"];
}

export function plcDriver({ accept, config, points, folder, clock, vault }: PlcDriverOptions) {
  const row = driverTypes.find(({ type }) => type === "opcua");
  if (row === undefined) throw new RangeError("there is no driver type opcua");
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const device: Device = { id: DEVICE, kind: "turnstile", driver: "plc", reversed: false, points };
  const driver = row.create("plc", row.config.parse(config) as never, {
    clock,
    log,
    accept,
    health,
    devices: [device],
    broker: { onPublish: () => () => {}, publish: async () => {} },
    ...bareDeps(),
    secret: () => Buffer.from("reads"),
    ...(vault === undefined ? {} : { vault }),
    folder,
  });
  return { driver, log, health, device: DEVICE };
}

export const openOpcuaDriver: OpenDriver = async (accept) => {
  const plc = await (shared === undefined ? startPlc() : shared);
  shared = plc;
  keys ??= tempDir();
  plc.set(1, "PassedIn", 0);
  const clock = new FakeClock();
  const { driver, log, health, device } = plcDriver({
    accept,
    clock,
    config: { endpoint: plc.endpoint, security: "none", publishMs: 50 },
    points: [{ node: plc.node(1, "PassedIn"), is: "pulse.in" }],
    folder: join(keys.path, "driver"),
  });
  return {
    driver,
    clock,
    device,
    join: () => isRead(log),
    // The PLC numbers nothing: one pulse, one person.
    send: () => {
      plc.pulse(1);
    },
    acknowledged: () => Promise.reject(new RangeError("a PLC hears nothing of what became of its values")),
    isQuiet: () => settle().then(() => true),
    badInputs: [
      {
        name: "a number where a pulse should be",
        recorded: /a pulse.in is true or false/,
        codes: ["device-rejected"],
        send: async () => {
          plc.set(1, "PassedIn", 7);
          while (!health.entries.some(({ code }) => code === "device-rejected")) await systemClock.sleep(10);
          // Recorded right behind it.
          await settle();
        },
      },
    ],
    obey: () => Promise.reject(new RangeError("it takes no commands")),
    breakLink: () => {
      shared = undefined;
      void plc[Symbol.asyncDispose]();
    },
    codes: () => health.entries.map(({ code }) => code),
    close: async () => {},
  };
};

/** Resolves once the process has said that it reads. */
export async function isRead(log: MemoryLog, times = 1): Promise<void> {
  const read = () => log.lines.filter(({ message }) => message === "plc is read").length;
  while (read() < times) await systemClock.sleep(10);
}
