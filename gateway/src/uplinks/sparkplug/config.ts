/** Configuration of the Sparkplug uplink. */
import { isSparkplugId, SecretRef, TlsClient } from "@gatehouse/protocol";
import { z } from "zod";
import { allowPrivate, platformUrl } from "../address.ts";

const SparkplugId = z
  .string()
  .max(200)
  .refine(isSparkplugId, "must not be empty, nor hold + / or #: it is a level of MQTT topics");

export const SparkplugUplinkConfig = z.strictObject({
  servers: z
    .array(platformUrl("mqtts:", "mqtt:"))
    .min(1)
    .max(16)
    .describe("the brokers of the Sparkplug network, tried one after the other; one at a time is connected"),
  version: z
    .union([z.literal(4), z.literal(5)])
    .optional()
    .describe("MQTT protocol: 4 is 3.1.1, 5 is 5.0; default 5, and 3.1.1 for a broker that does not speak 5"),
  group: SparkplugId.default("Gatehouse").describe("Sparkplug group of this edge node"),
  node: SparkplugId.optional().describe("its edge node id; default: the gateway's id"),
  primaryHost: SparkplugId.optional().describe(
    "host application that must be online; while it is not, everything waits in the outbox",
  ),
  receipt: z
    .enum(["broker", "host"])
    .default("broker")
    .describe(
      "`broker`: an event counts when the broker has handed it back, with a grace period; `host`: the host application writes receipts",
    ),
  graceSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe("with `receipt: broker`: how long events are kept, to be sent again when the link or the host was lost"),
  spaces: z.boolean().default(true).describe("shows the spaces as Sparkplug devices with their estimates"),
  aliases: z
    .boolean()
    .default(false)
    .describe("data names metrics by number: shorter, and of no use to a host without births"),
  clientId: z.string().min(1).max(64).optional().describe("default `gatehouse-` and the gateway's id"),
  username: z.string().min(1).optional(),
  password: SecretRef.optional(),
  tls: TlsClient.optional(),
  allowPrivate,
});
export type SparkplugUplinkConfig = z.infer<typeof SparkplugUplinkConfig>;
