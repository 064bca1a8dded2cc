/** Alerts: findings with a life. */
import { z } from "zod";
import { Id, Time } from "./names.ts";

export const AlertKind = z.enum([
  "group-rental",
  "unregistered-residents",
  "overcrowded-now",
  "door-forced",
  "door-held",
  "tamper",
  "device-fault",
  "fire",
  "panic",
  "duress",
  "patrol-overdue",
  "custom",
]);
export type AlertKind = z.infer<typeof AlertKind>;

export const AlertState = z.enum(["raised", "acknowledged", "rectifying", "verifying", "closed", "reopened"]);
export type AlertState = z.infer<typeof AlertState>;

export const AlertLevel = z.enum(["red", "yellow", "blue", "emergency"]);
export type AlertLevel = z.infer<typeof AlertLevel>;

/** One source's say. */
export const Evidence = z.object({
  source: z.string().describe("what kind of source: counter, credentials, …"),
  says: z.string().describe("in a sentence"),
  zh: z.string().optional().describe("the same in Chinese"),
  weight: z.number().describe("how much it moved the finding, in nats; 0 for a plain fact"),
});
export type Evidence = z.infer<typeof Evidence>;

/** Where an alert goes: standard address code, grid, QR plate. */
export const AlertAddress = z.object({
  code: z.string().optional().describe("standard address code"),
  grid: z.string().describe("grid that gets the alert; `unowned` has a queue of its own"),
  plate: z.string().optional().describe("number of the QR plate at the door"),
  text: z.string().optional().describe("address for people"),
});
export type AlertAddress = z.infer<typeof AlertAddress>;

export const Alert = z.object({
  id: z
    .string()
    .regex(/^alr_[0-9a-z]+$/)
    .describe("stays the same when a recurrence reopens the alert"),
  kind: AlertKind,
  level: AlertLevel.describe("the space's risk colour; `emergency` for fire, panic and duress"),
  space: Id,
  portal: Id.optional().describe("where the finding is about a door"),
  device: Id.optional().describe("where the finding is about a device"),
  rule: Id.optional().describe("for kind `custom`: which rule of the site's own"),
  title: z.object({ zh: z.string(), en: z.string() }).optional().describe("for kind `custom`: what the rule is about"),
  state: AlertState.describe("where people stand with it; what the sensors say is `clearedAt`"),
  offence: z
    .int()
    .min(1)
    .describe("which breach of this space within the policy's window: 1 is the first warning, 2 and more a referral"),
  episode: z.int().min(1).describe("grows when a recurrence reopens the alert"),
  raisedAt: Time.describe("when this episode was raised"),
  since: Time.describe("since when the condition held"),
  clearedAt: Time.nullable().describe("set by the sensors, whatever the state"),
  trigger: z
    .object({ device: Id, epoch: z.int().optional(), seq: z.int().optional() })
    .nullable()
    .describe("the reading that tipped it; null when a timer did"),
  persons: z
    .object({
      residing: z.number().describe("people who live here, estimated"),
      low: z.number().describe("lower end of the estimate"),
      high: z.number().describe("upper end of the estimate"),
      present: z.number().describe("people inside now, estimated"),
    })
    .optional(),
  limit: z
    .object({
      persons: z.int(),
      policy: z.string().describe("policy id, or `site` for a limit of the site file"),
      basis: z.string().describe("the rule behind the number, with its source"),
    })
    .optional(),
  probability: z.number().min(0).max(1).describe("that the space is over its limit; 1 for a plain fact"),
  evidence: z.array(Evidence).describe("why, source by source"),
  sla: z.object({
    acknowledgeBy: Time.describe("overdue behind it: the platform is told"),
    resolveBy: Time.describe("overdue behind it: the platform is told"),
  }),
  address: AlertAddress.describe("where it goes"),
  history: z.array(
    z.object({
      at: Time,
      to: z.union([AlertState, z.literal("cleared")]),
      by: z.string().describe("who: a person's role, `sensors`, `platform`"),
      note: z.string().optional(),
    }),
  ),
});
export type Alert = z.infer<typeof Alert>;
