/** What every meter may be told in the site file, and what a meter can count at the most. */
import { z } from "zod";
import type { MeterOptions } from "./meter.ts";

/** Keys every device of a meter driver has. */
export const meterKeys = {
  periodSeconds: z.number().min(0.1).max(86_400).default(300).describe("how often it is read"),
  maxKW: z
    .number()
    .positive()
    .max(100_000)
    .default(100)
    .describe("more power than it can ever pass: a total that grows faster is not believed"),
  maxM3PerHour: z
    .number()
    .positive()
    .max(100_000)
    .default(20)
    .describe("more water than it can ever pass: a total that grows faster is not believed"),
};

export const waitKeys = {
  preamble: z.int().min(0).max(16).describe("waking bytes FE before every request"),
  replyMs: z
    .int()
    .min(50)
    .max(10_000)
    .default(700)
    .describe("how long a meter may take to begin its answer; the standard allows it 500"),
};

/** One register's last digit and what a sluggish display may add, beside the rate. */
const ENERGY_SLACK_WH = 1_000;
const WATER_SLACK_L = 1_000;

export const meterLimits = (keys: { maxKW: number; maxM3PerHour: number }): MeterOptions["limits"] => ({
  "meter.energyWh": { perHour: keys.maxKW * 1_000, slack: ENERGY_SLACK_WH },
  "meter.waterL": { perHour: keys.maxM3PerHour * 1_000, slack: WATER_SLACK_L },
});
