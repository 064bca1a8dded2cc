/** An OSDP reader in a secure session: pulled out and put in again, it needs a new session and has lost no card. */
import { createOsdpReader } from "@gatehouse/device-sim";
import type { Device } from "@gatehouse/protocol";
import { type DriverDeps, driverTypes, Pseudonymized } from "gatehouse";
import type { ReplugRow } from "./replug-run.ts";

const KEY = "00112233445566778899aabbccddeeff";
const READER = "reader-302";
const ADDRESS = 3;

const device: Device = {
  id: READER,
  kind: "reader",
  driver: "replug",
  reversed: false,
  address: ADDRESS,
  key: { file: "reader.key" },
};

export const osdpRow: ReplugRow = {
  driver: "osdp",
  query: "?baud=115200",
  create: (link, deps) => {
    const row = driverTypes.find(({ type }) => type === "osdp");
    if (row === undefined) throw new RangeError("there is no driver type osdp");
    const whole: DriverDeps = {
      ...deps,
      devices: [device],
      secret: () => Buffer.from(KEY),
      pseudonym: (number) => `c_${number.toLowerCase().padStart(10, "0")}`,
    };
    return row.create("replug", row.config.parse({ link, pollMs: 50 }) as never, whole);
  },
  simulate: (random) => {
    const reader = createOsdpReader({ id: READER, address: ADDRESS, key: Buffer.from(KEY, "hex") }, random);
    return {
      devices: [reader],
      happen: (n, nowMs) => reader.act({ kind: "card", number: n + 1 }, nowMs),
      tells: (item, n) =>
        item instanceof Pseudonymized &&
        (item.item as { readonly credential?: string }).credential === `c_${(n + 1).toString(16).padStart(10, "0")}`,
      repeats: false,
      command: { device: READER, action: "output", args: { output: 1, on: true } },
      obeyed: () => (reader.pd.state.outputs[1]?.on ? 1 : 0),
    };
  },
};
