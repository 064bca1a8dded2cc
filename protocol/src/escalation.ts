/** The section `escalation` of a site file: by when alerts must be answered and resolved, and who is told when they are not. */
import { z } from "zod";
import { AlertLevel } from "./alert.ts";
import { CommandAction } from "./command.ts";
import { Id } from "./names.ts";

/** How long people have, from the moment an alert was raised. */
export const ResponseClock = z.strictObject({
  acknowledgeMinutes: z.number().min(1).max(44_640).optional().describe("until somebody has acknowledged it"),
  resolveHours: z.number().min(0.1).max(8_760).optional().describe("until it is over"),
});
export type ResponseClock = z.infer<typeof ResponseClock>;

/** By level; what is left out is as the product has it: see alerts.md. */
export const ResponseClocks = z.partialRecord(AlertLevel, ResponseClock);
export type ResponseClocks = z.infer<typeof ResponseClocks>;

export const ContactChannel = z.discriminatedUnion("via", [
  z.strictObject({
    via: z.literal("uplink"),
    uplink: Id.describe(
      "an uplink that speaks to people, as a webhook: of escalations it gets those to this contact only",
    ),
  }),
  z.strictObject({
    via: z.literal("device"),
    device: Id.describe("a reader or board where this person passes"),
    action: CommandAction.extract(["buzzer", "led", "text"]).default("buzzer"),
    args: z.record(z.string(), z.unknown()).optional().describe("of the action: see commands.md"),
  }),
  z.strictObject({ via: z.literal("platform") }).describe("through the platform, which is told of every step anyway"),
]);
export type ContactChannel = z.infer<typeof ContactChannel>;

export const Contact = z.strictObject({
  id: Id,
  role: z.string().min(1).max(64).describe("name of the role, as 值班经理: no person's name is needed"),
  language: z.enum(["zh", "en"]).default("zh"),
  channels: z.array(ContactChannel).min(1).max(10),
});
export type Contact = z.infer<typeof Contact>;

export const EscalationSettings = z.strictObject({
  clocks: ResponseClocks.default({}).describe("by level `red`, `yellow`, `blue`, `emergency`; wins over the policy's"),
  contacts: z.array(Contact).max(20).default([]).describe("who is told, one after the other; the platform is the last"),
  everyMinutes: z
    .number()
    .min(1)
    .max(44_640)
    .optional()
    .describe("from one contact to the next; default the alert's own time to acknowledge, and at most a day"),
  repeatHours: z.number().min(1).max(720).default(24).describe("the last step comes again so often"),
});
export type EscalationSettings = z.infer<typeof EscalationSettings>;
