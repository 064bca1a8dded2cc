/** What the site file says of radars: keys that both kinds have. */
import { RADAR_BAUD } from "@gatehouse/protocol";
import { z } from "zod";
import { linkUrl } from "../line/address.ts";

export const radarKeys = {
  link: linkUrl({ baud: RADAR_BAUD }),
  confirmSeconds: z.number().min(0).max(10).default(0.3).describe("somebody must be seen for so long without a break"),
  silenceSeconds: z
    .number()
    .min(1)
    .max(300)
    .default(5)
    .describe("without a report for so long the radar counts as offline; it reports ten times a second"),
} as const;

/** Until somebody who is not seen any more counts as gone, where the device's `holdSeconds` does not say. */
export const HOLD_SECONDS = 30;

export interface RadarConfig {
  readonly link: z.output<(typeof radarKeys)["link"]>;
  readonly confirmSeconds: number;
  readonly silenceSeconds: number;
  readonly countSeconds?: number;
  readonly repeatSeconds?: number;
}
