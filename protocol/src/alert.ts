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

/** The step of asking louder that was taken last. */
export const AlertEscalation = z.object({
  step: z.int().min(1).describe("how often it was passed on in this episode, for this reason"),
  to: z.string().describe("contact of the site file, or `platform`"),
  role: z.string().optional().describe("name of that contact's role"),
  language: z.enum(["zh", "en"]).optional().describe("in which that contact is spoken to"),
  reason: z.enum(["not-acknowledged", "not-resolved"]),
});
export type AlertEscalation = z.infer<typeof AlertEscalation>;

/** How an alert came to its end. */
export const ClosedBy = z.object({
  how: z.enum(["sensors", "person"]).describe("what proves that it is over: the sensors, or somebody's word"),
  proof: z.string().describe("in a sentence"),
  by: z.string().describe("who closed it; `sensors` where nobody had to"),
  at: Time,
  contested: z.boolean().optional().describe("true: a person closed it while the sensors still saw it"),
});
export type ClosedBy = z.infer<typeof ClosedBy>;

/** An earlier episode, as a referral needs it. */
export const EarlierEpisode = z.object({
  episode: z.int().min(1),
  raisedAt: Time,
  since: Time,
  clearedAt: Time.nullable(),
  nights: z.int().min(0).describe("nights it lasted, from `since` to its end"),
  closedBy: ClosedBy.optional().describe("missing: it came back before anybody closed it"),
});
export type EarlierEpisode = z.infer<typeof EarlierEpisode>;

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
  measure: z
    .enum(["warning", "referral"])
    .optional()
    .describe(
      "what follows for whoever lets too many people live there: the first breach a warning, a further one a referral",
    ),
  earlier: z
    .array(EarlierEpisode)
    .optional()
    .describe("with a referral: the earlier episodes within the window, oldest first"),
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
  escalation: AlertEscalation.optional().describe("while it is overdue: who was told last"),
  closedBy: ClosedBy.optional().describe("of a closed alert: how it ended, and what proves it"),
  address: AlertAddress.describe("where it goes"),
  history: z.array(
    z.object({
      at: Time,
      to: z.union([AlertState, z.literal("cleared")]),
      by: z.string().describe("who: a person's role, `sensors`, `platform`"),
      note: z.string().optional(),
      escalation: AlertEscalation.optional(),
    }),
  ),
});
export type Alert = z.infer<typeof Alert>;
