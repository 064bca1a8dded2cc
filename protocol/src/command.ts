/** Commands: wishes from the platform or the console to a device. */
import { z } from "zod";
import { Id, Time } from "./names.ts";

export const CommandAction = z.enum(["unlock", "lock", "output", "led", "buzzer", "text", "identify", "configure"]);
export type CommandAction = z.infer<typeof CommandAction>;

const args = z.record(z.string(), z.unknown());

/** As it comes from a platform, signed over the canonical JSON (RFC 8785). */
export const Command = z.object({
  id: z.string().min(1).max(128).describe("used once"),
  gateway: Id.describe("the one gateway it is for"),
  target: Id.describe("device"),
  action: CommandAction,
  args: args.optional(),
  issuedAt: Time,
  notAfter: Time.describe("not carried out behind it"),
  issuer: z.string().min(1),
  keyId: z.string().optional(),
  signature: z.string().optional(),
});
export type Command = z.infer<typeof Command>;

/** As it goes down to a device. */
export const DeviceCommand = z.object({
  id: z.string().min(1),
  action: CommandAction,
  args: args.optional(),
  notAfter: Time,
});
export type DeviceCommand = z.infer<typeof DeviceCommand>;

/** As it comes back up. */
export const CommandResult = z.object({
  id: z.string().min(1).max(128),
  ok: z.boolean(),
  error: z.string().max(500).optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;

/** What a device says of itself, retained, and by its will. */
export const DeviceStatus = z.object({
  state: z.enum(["online", "offline"]),
  battery: z.number().optional(),
  rssi: z.number().optional(),
  firmware: z.string().max(128).optional(),
});
export type DeviceStatus = z.infer<typeof DeviceStatus>;
