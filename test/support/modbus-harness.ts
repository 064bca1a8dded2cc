/** The Modbus driver for the contracts: a counter on a line in memory, and a module that can be switched behind a device server. */
import { createModbusCounter, createModbusIo, type SimDevice, serveTcp, shareLine } from "@gatehouse/device-sim";
import { type Device, LinkError, systemClock } from "@gatehouse/protocol";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { type Driver, type DriverDeps, driverTypes, HealthBoard } from "gatehouse";
import { bareDeps, linePair, MemoryLog } from "gatehouse/testing";
import type { OpenCommandedDriver } from "./line-command-contract.ts";
import type { OpenLineDriver } from "./line-driver-contract.ts";
import { makeModbus, readyMap } from "./modbus-rig.ts";

const LINK = "serial:/dev/pair?baud=9600";
const COUNTER = "count-302";
const LOCK = "lock-302";

interface Row {
  readonly config: { parse(config: unknown): never };
  create(id: string, config: never, deps: DriverDeps, open: () => Promise<unknown>): Driver;
}

/** A counter whose digits are BCD, so that it can answer with some that are none. */
const BCD_MAP = {
  name: "Counter with digits",
  registers: [
    { id: "in", function: 4, address: 0, type: "bcd32", unit: "persons", reads: "count.in" },
    { id: "out", function: 4, address: 2, type: "u32", unit: "persons", reads: "count.out" },
  ],
};

export const openModbusCounter: OpenLineDriver = async (accept) => {
  const clock = new FakeClock();
  const counter = createModbusCounter({ id: COUNTER, unit: 5 }, new Random("contract"));
  let asked = 0;
  const heard: SimDevice = {
    id: COUNTER,
    act: (event, nowMs) => counter.act(event, nowMs),
    hear: (bytes, nowMs) => {
      asked += 1;
      return counter.hear(bytes, nowMs);
    },
  };
  const pair = await linePair(clock, { link: LINK });
  const shared = shareLine(pair.far, [heard], { clock, characterMs: pair.line.characterMs });
  const map = { ...readyMap("people-counter"), ...BCD_MAP };
  const device: Device = {
    id: COUNTER,
    kind: "counter",
    driver: "bus-1",
    reversed: false,
    unit: 5,
    map,
    periodSeconds: 1,
  };
  const row = driverTypes.find(({ type }) => type === "modbus") as unknown as Row;
  const opened = Promise.withResolvers<void>();
  const deps: DriverDeps = {
    ...bareDeps(),
    clock,
    log: new MemoryLog(),
    accept,
    health: new HealthBoard(clock),
    devices: [device],
    broker: { onPublish: () => () => {}, publish: async () => {} },
  };
  const driver = row.create("bus-1", row.config.parse({ link: LINK }), deps, async () => {
    opened.resolve();
    return pair.line;
  });
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  ended.catch(() => {});
  await opened.promise;
  const totals = new Map<number, number>();
  let spoilt = 0;
  return {
    driver,
    clock,
    device: COUNTER,
    ended,
    stop,
    turnMs: 4_000,
    happen: (n) => {
      counter.act({ kind: "pass", direction: "out" }, clock.monoMs());
      totals.set(n, counter.totals.out);
    },
    tells: (reading, n) => {
      const { value } = reading as { readonly value?: { readonly out?: number } };
      return value?.out === totals.get(n);
    },
    spoil: {
      // Ten persons are 0A in a register that holds digits.
      begin: () => {
        for (; spoilt < 10; spoilt++) counter.act({ kind: "pass", direction: "in" }, clock.monoMs());
      },
      end: () => counter.fault("reset"),
      recorded: /not BCD: a/,
    },
    asked: () => asked,
    breakLink: () => pair.far.unplug(),
    close: async () => {
      stop.abort();
      await ended.catch((error: unknown) => {
        if (!(error instanceof LinkError)) throw error;
      });
      shared.stop();
    },
  };
};

export const openModbusLock: OpenCommandedDriver = async (accept) => {
  const module8 = createModbusIo({ id: LOCK, unit: 3 }, new Random(1));
  const far = await serveTcp();
  const line = shareLine(far, [module8], { clock: systemClock });
  const { driver } = makeModbus({
    link: `tcp:127.0.0.1:${far.port}`,
    accept,
    devices: [
      {
        id: LOCK,
        kind: "lock",
        unit: 3,
        map: "io-8ch",
        periodSeconds: 0.1,
        inputs: [{ input: 1, as: "door" }],
        lock: { output: 1, pulseSeconds: 0.5 },
      },
    ],
  });
  let open = false;
  return {
    driver,
    device: LOCK,
    happen: () => {
      open = !open;
      module8.act({ kind: "door", open }, 0);
    },
    tells: (item) => (item as { readonly kind: string }).kind === (open ? "door.opened" : "door.closed"),
    command: { action: "unlock", args: { seconds: 0.5 } },
    obeyed: () => module8.switched.filter(({ on }) => on).length,
    refuse: () => module8.fault("exception"),
    silence: () => line.devices.clear(),
    close: async () => {
      line.stop();
      await far.close();
    },
  };
};
