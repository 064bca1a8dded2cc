/** Simulated devices by name, for the command line: `osdp-reader?address=3&key=…`. A device is a row. */
import { ConfigError, closest, fromHex } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import { z } from "zod";
import type { SimDevice } from "./device.ts";
import { DEVICE_FAULTS, type Fault, type FaultyDevice, LINE_FAULTS, type OwnFaults, withFaults } from "./faulty.ts";
import { createOsdpReader } from "./osdp-reader.ts";
import { shownByReader } from "./osdp-reader-shown.ts";

/** A device, what it suffers of its own, and what an onlooker sees of it. */
interface Made {
  readonly device: SimDevice;
  readonly ownFaults?: OwnFaults;
  readonly shown?: (nowMs: number) => unknown;
}

interface SimDeviceRow {
  readonly what: string;
  /** The keys behind the `?`. */
  readonly keys: z.ZodType<object>;
  make(id: string, keys: object, random: Random): Made;
}

const row = <Keys extends object>(
  what: string,
  keys: z.ZodType<Keys>,
  make: (id: string, keys: Keys, random: Random) => Made,
): SimDeviceRow => ({ what, keys, make: (id, given, random) => make(id, given as Keys, random) });

const Flag = z.enum(["true", "false"]).transform((text) => text === "true");
const Key = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, "a key is 32 hex digits")
  .transform(fromHex);

/** What `--device` may name. */
export const SIM_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
  "osdp-reader": row(
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
};

export interface NamedDevice {
  readonly device: FaultyDevice;
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
  const { device, ownFaults = {}, shown = () => undefined } = found.make(id, keys.data, random.fork(id));
  const faulty = withFaults(device, faultsOf(faults, path), random.fork(`${id}/faults`), ownFaults);
  return { device: faulty, shown };
}

function faultsOf(text: string, path: string): Fault[] {
  const names = text.split(/[ +,]/).filter((name) => name !== "");
  const all: readonly string[] = [...LINE_FAULTS, ...DEVICE_FAULTS];
  const odd = names.find((name) => !all.includes(name));
  if (odd === undefined) return names as Fault[];
  throw new ConfigError({ path, reason: `there is no fault "${odd}"`, fix: `there are ${all.join(", ")}` });
}
