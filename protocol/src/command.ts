/** Commands: wishes from the platform or the console to a device. How a platform's come stands in command-envelope.ts. */
import { z } from "zod";
import { Time } from "./names.ts";

export const CommandAction = z.enum(["unlock", "lock", "output", "led", "buzzer", "text", "identify", "configure"]);
export type CommandAction = z.infer<typeof CommandAction>;

const args = z.record(z.string(), z.unknown());

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
