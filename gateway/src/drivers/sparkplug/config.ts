/** What a Sparkplug host application and its devices need to say in the site file. */
import { isSparkplugId } from "@gatehouse/protocol";
import { z } from "zod";
import { bridgeKeys } from "../bridge/config.ts";
import { MEANINGS } from "./meanings.ts";

const SparkplugId = z
  .string()
  .max(200)
  .refine(isSparkplugId, "must not be empty, nor hold + / or #: it is a level of MQTT topics");

export const SparkplugConfig = z.strictObject({
  ...bridgeKeys,
  host: SparkplugId.default("gatehouse").describe(
    "id of this host application: its STATE stands on spBv1.0/STATE/HOST",
  ),
  groups: z.array(SparkplugId).min(1).max(100).optional().describe("groups to listen to; default: all"),
  reorderMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(2_000)
    .describe("how long messages may come out of their order before the edge node is asked to begin anew"),
});
export type SparkplugConfig = z.infer<typeof SparkplugConfig>;

const Meaning = z.enum(MEANINGS);

const Words = z.array(z.string().min(1).max(100)).min(1).max(20);

const Use = z.union([
  Meaning.transform((as): MetricUse => ({ as })),
  z.strictObject({
    as: Meaning.describe("what it means"),
    invert: z.boolean().optional().describe("the metric says the opposite: a contact that is true while closed"),
    factor: z.number().positive().max(1e9).optional().describe("an amount is multiplied by it"),
    on: Words.optional().describe("texts that mean yes; the first is what a lock is told to lock"),
    off: Words.optional().describe("texts that mean no; the first is what a lock is told to unlock"),
  }),
]);

export interface MetricUse {
  readonly as: (typeof MEANINGS)[number];
  readonly invert?: boolean | undefined;
  readonly factor?: number | undefined;
  readonly on?: readonly string[] | undefined;
  readonly off?: readonly string[] | undefined;
}

export const SparkplugDevice = z.strictObject({
  address: z
    .string()
    .refine(
      (text) => /^[^/]+(\/[^/]+){1,2}$/.test(text) && text.split("/").every(isSparkplugId),
      "must be GROUP/NODE/DEVICE, or GROUP/NODE for metrics of the edge node itself",
    )
    .describe("`GROUP/NODE/DEVICE`, or `GROUP/NODE` for metrics of the edge node itself"),
  metrics: z
    .record(z.string().min(1).max(200), Use)
    .optional()
    .describe("what each metric means, by its name; default: what the names of its birth say"),
});
export type SparkplugDevice = z.output<typeof SparkplugDevice>;
