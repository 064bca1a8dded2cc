/** The OSDP driver with a simulated reader at the far end of a line in memory, for the contract of line drivers. */
import { createOsdpReader, type SimDevice, shareLine } from "@gatehouse/device-sim";
import { type Device, LinkError } from "@gatehouse/protocol";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { type Driver, type DriverDeps, driverTypes, HealthBoard, Pseudonymized } from "gatehouse";
import { bareDeps, linePair, MemoryLog } from "gatehouse/testing";
import type { OpenLineDriver } from "./line-driver-contract.ts";

const LINK = "serial:/dev/pair?baud=9600";
const READER = "reader-302";
const KEY = "00112233445566778899aabbccddeeff";

interface Row {
  readonly config: { parse(config: unknown): never };
  create(id: string, config: never, deps: DriverDeps, open: () => Promise<unknown>): Driver;
}

const pseudonymOf = (n: number) => `c_${n.toString(16).padStart(10, "0")}`;

export const openOsdpDriver: OpenLineDriver = async (accept) => {
  const clock = new FakeClock();
  const reader = createOsdpReader({ id: READER, address: 3, key: Buffer.from(KEY, "hex") }, new Random("contract"));
  let asked = 0;
  const heard: SimDevice = {
    id: READER,
    act: (event, nowMs) => reader.act(event, nowMs),
    hear: (bytes, nowMs) => {
      asked += 1;
      return reader.hear(bytes, nowMs);
    },
  };
  const pair = await linePair(clock, { link: LINK });
  const shared = shareLine(pair.far, [heard], { clock, characterMs: pair.line.characterMs });
  const device: Device = {
    id: READER,
    kind: "reader",
    driver: "bus-1",
    reversed: false,
    address: 3,
    key: { file: "key" },
  };
  const row = driverTypes.find(({ type }) => type === "osdp") as unknown as Row;
  const deps: DriverDeps = {
    ...bareDeps(),
    clock,
    log: new MemoryLog(),
    // The contract reads plain items.
    accept: (items) => accept(items.map((item) => (item instanceof Pseudonymized ? item.item : item))),
    health: new HealthBoard(clock),
    devices: [device],
    broker: { onPublish: () => () => {}, publish: async () => {} },
    secret: () => Buffer.from(KEY),
    pseudonym: (number) => `c_${number.toLowerCase().padStart(10, "0")}`,
  };
  const driver = row.create("bus-1", row.config.parse({ link: LINK }), deps, async () => pair.line);
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  ended.catch(() => {});
  let spoilt = false;
  return {
    driver,
    clock,
    device: READER,
    ended,
    stop,
    turnMs: 4_000,
    happen: (n) => {
      const garbled = { kind: "raw", reader: 0, format: 1, bits: 26, data: Uint8Array.of(n, 2, 3, 0) } as const;
      if (spoilt) reader.pd.push(garbled);
      else reader.act({ kind: "card", number: n }, clock.monoMs());
    },
    tells: (reading, n) => "credential" in reading && reading.credential === pseudonymOf(n),
    spoil: {
      begin: () => {
        spoilt = true;
      },
      end: () => {
        spoilt = false;
      },
      recorded: /wrong parity/,
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
