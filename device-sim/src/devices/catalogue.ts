/** Simulated devices by name, for the command line: `osdp-reader?address=3&key=…`. A device is a row. */
import { ConfigError, closest, fromHex } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import { z } from "zod";
import { type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import { DOOR_NODE } from "./door-node-catalogue.ts";
import { DEVICE_FAULTS, type Fault, type FaultyDevice, LINE_FAULTS, withFaults } from "./faulty.ts";
import { createLd2410 } from "./ld2410.ts";
import { createLd2450 } from "./ld2450.ts";
import { METER_DEVICES } from "./meter-catalogue.ts";
import { MODBUS_DEVICES } from "./modbus-catalogue.ts";
import { createOsdpReader } from "./osdp-reader.ts";
import { shownByReader } from "./osdp-reader-shown.ts";
import { createUhppoteBoard } from "./uhppote-board.ts";

const Flag = z.enum(["true", "false"]).transform((text) => text === "true");
const Key = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, "a key is 32 hex digits")
  .transform(fromHex);

const Share = z.coerce.number().min(0).max(1);

/** What `--device` may name. */
export const SIM_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
  "osdp-reader": simDeviceRow(
    "a card reader with keypad, lamp, buzzer, text line and door contact on an OSDP bus",
    z.strictObject({
      address: z.coerce.number().int().min(0).max(126).default(0),
      /** Its own key; without one it waits for its first. */
      key: Key.optional(),
      /** Whether it says nothing outside a session. */
      secure: Flag.optional(),
      install: Flag.optional(),
      checksumOnly: Flag.optional(),
      cardBits: z
        .enum(["26", "34"])
        .transform((bits) => (bits === "26" ? 26 : 34))
        .optional(),
    }),
    (id, { secure: secureRequired, checksumOnly, ...options }, random) => {
      const device = createOsdpReader({ id, secureRequired, pd: { checksumOnly }, ...options }, random);
      return { device, ownFaults: device.ownFaults, shown: (nowMs) => shownByReader(device.pd, nowMs) };
    },
  ),
  ld2410: simDeviceRow(
    "a radar that sees whether somebody is there (256000 baud)",
    z.strictObject({ missed: Share.optional(), ghosts: Share.optional() }),
    (id, options, random) => ({ device: createLd2410({ id, ...given(options) }, random) }),
  ),
  ld2450: simDeviceRow(
    "a radar that follows up to three people (256000 baud)",
    z.strictObject({ missed: Share.optional() }),
    (id, options, random) => ({ device: createLd2450({ id, ...given(options) }, random) }),
  ),
  "uhppote-board": simDeviceRow(
    "an access board with four doors on the network: listen at udp:127.0.0.1:60000",
    z.strictObject({
      serial: z.coerce.number().int().min(1).max(0xffff_ffff).default(405_419_896),
      /** Events it has room for. */
      room: z.coerce.number().int().min(1).max(100_000).optional(),
    }),
    (id, { serial, ...options }) => {
      const device = createUhppoteBoard({ id, serial, ...given(options) });
      const shown = () => ({ opened: device.opened.length, lastDoor: device.opened.at(-1), events: device.last });
      return { device, ownFaults: device.ownFaults, shown, listener: () => device.listener };
    },
  ),
  "door-node": DOOR_NODE,
  ...METER_DEVICES,
  ...MODBUS_DEVICES,
};

/** Without what was not given. */
function given<Keys extends object>(keys: Keys): { [K in keyof Keys]: Exclude<Keys[K], undefined> } {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)) as never;
}

export interface NamedDevice {
  readonly device: FaultyDevice;
  /** Where it pushes what it has to say unasked, for one on a network. */
  readonly listener: () => { readonly address: string; readonly port: number } | undefined;
  readonly shown: (nowMs: number) => unknown;
}

/** `NAME?key=value&…`; `id` and `faults=mute+slow` are keys of every device. Throws ConfigError. */
export function deviceByName(text: string, index: number, random: Random): NamedDevice {
  const path = `--device ${text.replace(/key=[^&]*/, "key=…")}`;
  const [name = "", query = ""] = text.split("?", 2);
  const found = SIM_DEVICES[name];
  if (found === undefined) {
    const near = closest(name, Object.keys(SIM_DEVICES));
    const fix = near === undefined ? `there are ${Object.keys(SIM_DEVICES).join(", ")}` : `did you mean "${near}"?`;
    throw new ConfigError({ path, reason: `there is no simulated device "${name}"`, fix });
  }
  const { id = `${name}-${index + 1}`, faults = "", ...rest } = Object.fromEntries(new URLSearchParams(query));
  const keys = found.keys.safeParse(rest);
  if (!keys.success) {
    const [issue] = keys.error.issues;
    throw new ConfigError({ path, reason: `${issue?.path.join(".") || "the keys"}: ${issue?.message}` });
  }
  const {
    device,
    ownFaults = {},
    shown = () => undefined,
    listener = () => undefined,
  } = found.make(id, keys.data, random.fork(id));
  const faulty = withFaults(device, faultsOf(faults, path), random.fork(`${id}/faults`), ownFaults);
  return { device: faulty, shown, listener };
}

function faultsOf(text: string, path: string): Fault[] {
  const names = text.split(/[ +,]/).filter((name) => name !== "");
  const all: readonly string[] = [...LINE_FAULTS, ...DEVICE_FAULTS];
  const odd = names.find((name) => !all.includes(name));
  if (odd === undefined) return names as Fault[];
  throw new ConfigError({ path, reason: `there is no fault "${odd}"`, fix: `there are ${all.join(", ")}` });
}
