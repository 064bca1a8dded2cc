/** The meters as the command line names them. */
import { z } from "zod";
import { type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import { createCjt188Meter } from "./cjt188-meter.ts";
import { createDlt645Meter } from "./dlt645-meter.ts";

const Amount = z.coerce.number().min(0).max(1e9);

const Electric = z.strictObject({
  address: z
    .string()
    .regex(/^\d{12}$/, "must be 12 digits")
    .default("000000000001"),
  edition: z.enum(["2007", "1997"]).default("2007"),
  wh: Amount.optional(),
  phases: z
    .enum(["1", "3"])
    .transform((text) => (text === "1" ? 1 : 3))
    .optional(),
});

const Flow = z.strictObject({
  address: z
    .string()
    .regex(/^\d{14}$/, "must be 14 digits")
    .default("00000000000001"),
  order: z.enum(["90-1F", "1F-90", "both"]).default("both"),
  litres: Amount.optional(),
  wh: Amount.optional(),
  unit: z.enum(["m3", "L"]).optional(),
  profile: z.enum(["standard", "high-bits"]).optional(),
});

const flowMeter = (what: string, type: number): SimDeviceRow =>
  simDeviceRow(what, Flow, (id, keys, random) => {
    const device = createCjt188Meter({ id, type, ...keys }, random);
    return { device, ownFaults: device.own, shown: () => ({ litres: device.litres, wh: device.wh }) };
  });

export const METER_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
  "dlt645-meter": simDeviceRow("an electricity meter of DL/T 645", Electric, (id, keys, random) => {
    const device = createDlt645Meter({ id, ...keys }, random);
    return { device, ownFaults: device.own, shown: () => ({ wh: device.wh }) };
  }),
  "cjt188-meter": flowMeter("a cold water meter of CJ/T 188", 0x10),
  "cjt188-heat-meter": flowMeter("a heat meter of CJ/T 188", 0x20),
};
