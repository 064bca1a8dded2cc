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
]);
export type AlertKind = z.infer<typeof AlertKind>;

export const AlertState = z.enum(["raised", "acknowledged", "rectifying", "verifying", "closed", "reopened"]);
export type AlertState = z.infer<typeof AlertState>;

export const AlertLevel = z.enum(["red", "yellow", "blue", "emergency"]);
export type AlertLevel = z.infer<typeof AlertLevel>;

/** One source's say. `weight` is how much it moved the finding, in nats (0 for a plain fact). */
export const Evidence = z.object({ source: z.string(), says: z.string(), weight: z.number() });
export type Evidence = z.infer<typeof Evidence>;

/** Where an alert goes: standard address code, grid, QR plate. */
export const AlertAddress = z.object({
  code: z.string().optional(),
  grid: z.string(),
  plate: z.string().optional(),
  text: z.string().optional(),
});
export type AlertAddress = z.infer<typeof AlertAddress>;

export const Alert = z.object({
  id: z.string().regex(/^alr_[0-9a-z]+$/),
  kind: AlertKind,
  level: AlertLevel,
  space: Id,
  portal: Id.optional(),
  device: Id.optional(),
  state: AlertState,
  /** Which breach of this space within the policy's window: 1 is the first warning, 2 and more a referral. */
  offence: z.int().min(1),
  /** Grows when a recurrence reopens the alert. */
  episode: z.int().min(1),
  raisedAt: Time,
  /** Since when the condition held. */
  since: Time,
  /** Set by the sensors, whatever the workflow state. */
  clearedAt: Time.nullable(),
  /** The reading that tipped it; null when a timer did. */
  trigger: z.object({ device: Id, epoch: z.int().optional(), seq: z.int().optional() }).nullable(),
  persons: z.object({ residing: z.number(), low: z.number(), high: z.number(), present: z.number() }).optional(),
  limit: z.object({ persons: z.int(), policy: z.string(), basis: z.string() }).optional(),
  probability: z.number().min(0).max(1),
  evidence: z.array(Evidence),
  sla: z.object({ acknowledgeBy: Time, resolveBy: Time }),
  address: AlertAddress,
  history: z.array(
    z.object({
      at: Time,
      to: z.union([AlertState, z.literal("cleared")]),
      by: z.string(),
      note: z.string().optional(),
    }),
  ),
});
export type Alert = z.infer<typeof Alert>;
