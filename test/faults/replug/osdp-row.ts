/** OSDP: two readers with keys of their own; every card they hold while the line is out comes once. */
import { createOsdpReader } from "@gatehouse/device-sim";
import { type Device, isOutputOn } from "@gatehouse/protocol";
import { driverTypes } from "gatehouse";
import type { ReplugRow } from "./replug-run.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + 3 * i);
const READERS = [3, 4];
const FIRST_CARD = 1_000_000;

const devices: readonly Device[] = READERS.map((address) => ({
  id: `reader-${address}`,
  kind: "reader",
  driver: "osdp",
  reversed: false,
  address,
  secure: "required",
  key: { env: "READER_KEY" },
}));

export const osdpRow: ReplugRow = {
  driver: "osdp",
  query: "?baud=115200",
  create: (link, deps) => {
    const row = driverTypes.find(({ type }) => type === "osdp");
    if (row === undefined) throw new RangeError("there is no driver type osdp");
    const config = row.config.parse({ link, pollMs: 50 });
    const secret = () => Buffer.from(Buffer.from(KEY).toString("hex"));
    // Cards are told apart by their pseudonyms: here the number itself, which is nobody's.
    const pseudonym = (number: string) => `c_${number.slice(-10).padStart(10, "0").toLowerCase()}`;
    return row.create("osdp", config as never, { ...deps, devices, secret, pseudonym });
  },
  simulate: (random) => {
    const readers = READERS.map((address) =>
      createOsdpReader({ id: `reader-${address}`, address, key: KEY }, random.fork(`${address}`)),
    );
    const [front] = readers;
    let obeyed = 0;
    let wasOn = false;
    const watched = readers.map((reader) => ({
      ...reader,
      hear: (bytes: Uint8Array, nowMs: number) => {
        const answers = reader.hear(bytes, nowMs);
        const isOn = front !== undefined && isOutputOn(front.pd.state, 0, nowMs);
        if (isOn && !wasOn) obeyed += 1;
        wasOn = isOn;
        return answers;
      },
    }));
    return {
      devices: watched,
      happen: (n, nowMs) => front?.act({ kind: "card", number: FIRST_CARD + n }, nowMs),
      tells: (item, n) => JSON.stringify(item).includes((FIRST_CARD + n).toString(16).padStart(6, "0")),
      repeats: false,
      command: { device: "reader-3", action: "unlock", args: { seconds: 1 } },
      obeyed: () => obeyed,
    };
  },
};
