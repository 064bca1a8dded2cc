/** The radars as the command line names them. */
import { z } from "zod";
import { given, type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import { createLd2410 } from "./ld2410.ts";
import { createLd2450 } from "./ld2450.ts";

const Share = z.coerce.number().min(0).max(1);

export const RADAR_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
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
};
