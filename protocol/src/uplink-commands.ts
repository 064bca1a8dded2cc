/** Which commands of a platform count: part of an uplink in the site file. */
import { z } from "zod";
import { Id, SecretRef } from "./names.ts";

const ACTION = /^[a-z][a-z-]{0,31}$/;

export const CommandKeyConfig = z.strictObject({
  id: Id.describe("the `keyId` of its commands"),
  alg: z.enum(["ed25519", "sm2"]),
  key: SecretRef.describe("the platform's public key, PEM"),
  actions: z
    .array(z.string().regex(ACTION, "must be the name of an action"))
    .min(1)
    .optional()
    .describe(
      "what it may ask for; default everything but what opens, locks, switches, sets up a device or asks for readings",
    ),
});
export type CommandKeyConfig = z.infer<typeof CommandKeyConfig>;

export const UplinkCommands = z.strictObject({
  keys: z.array(CommandKeyConfig).min(1).max(16),
  readings: z
    .boolean()
    .default(false)
    .describe("may ask for readings of a period, also where `readings` of the uplink is off"),
  pollSeconds: z
    .number()
    .min(1)
    .max(3_600)
    .default(5)
    .describe("https: how often it is asked for commands while there is nothing to send"),
});
export type UplinkCommands = z.infer<typeof UplinkCommands>;
