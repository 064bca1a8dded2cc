/** The section `patrols` of a site file: who must be visited, how often, and what proves it. */
import { z } from "zod";
import { Id } from "./names.ts";
import { CredentialRole } from "./roles.ts";

const days = z.number().min(0.25).max(366);

export const Checkpoint = z.strictObject({
  space: Id.describe("where a patrol must have been"),
  readers: z
    .array(Id)
    .max(20)
    .default([])
    .describe("devices whose `patrol.tag` proves it, beside those that sit in the space itself"),
  everyDays: days.optional().describe("default: by the space's risk colour"),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export const PatrolSettings = z.strictObject({
  everyDays: z
    .strictObject({ red: days.default(1), yellow: days.default(7), blue: days.default(30) })
    .prefault({})
    .describe("period by risk colour: daily, weekly, monthly"),
  graceHours: z.number().min(0).max(720).default(4).describe("so much later it is overdue"),
  roles: z
    .array(CredentialRole)
    .min(1)
    .optional()
    .describe("only credentials of these roles prove a patrol at a reader; default any"),
  checkpoints: z.array(Checkpoint).min(1).max(2_000),
});
export type PatrolSettings = z.infer<typeof PatrolSettings>;

export const ComplianceSettings = z.strictObject({
  delistAfterDays: z
    .int()
    .min(1)
    .max(366)
    .default(30)
    .describe("days in a row within the limit after which a space is no longer listed"),
  delistWithinDays: z
    .int()
    .min(1)
    .max(366)
    .default(92)
    .describe("a listed space should be off the list so many days after it came on it: three months"),
});
export type ComplianceSettings = z.infer<typeof ComplianceSettings>;
