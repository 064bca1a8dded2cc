/** Prompts: what an operator on site must look at, and how long the gateway waits before it asks louder. */
import { z } from "zod";
import { CommandAction } from "./command.ts";
import { Id, Time } from "./names.ts";

export const PromptKind = z.enum([
  "acknowledge-alert",
  "unregistered-residents",
  "device-repair",
  "fields-missing",
  "return-detected",
  "no-operator",
  "hand-over-open",
]);
export type PromptKind = z.infer<typeof PromptKind>;

export const Prompt = z.object({
  id: z.string().regex(/^prm_[0-9a-z]+$/),
  kind: PromptKind,
  subject: z.string().describe("alert, space, site or hand-over it is about"),
  space: Id.optional(),
  openedAt: Time,
  text: z.object({ en: z.string(), zh: z.string() }).describe("what is to be done, for people"),
  state: z.enum(["open", "handled"]),
  step: z.int().min(0).describe("escalations so far"),
  escalatedAt: Time.optional().describe("the latest of them"),
  handledAt: Time.optional(),
  handledBy: z.string().optional().describe("who, or `gateway` where its cause ended by itself"),
  note: z.string().optional(),
});
export type Prompt = z.infer<typeof Prompt>;

export const PROMPT_ID = /^prm_[0-9a-z]+$/;
export const HAND_OVER_ID = /^hnd_[0-9a-z]+$/;

const afterMinutes = z
  .number()
  .min(1)
  .max(30 * 24 * 60)
  .describe("minutes after the prompt, or after the step before");

/** One way of asking louder. */
export const EscalationStep = z.discriminatedUnion("to", [
  z.strictObject({
    to: z.literal("devices"),
    afterMinutes,
    devices: z.array(Id).min(1).max(50).describe("readers or boards at which the operator passes"),
    action: CommandAction.extract(["buzzer", "led", "text", "output"]).default("buzzer"),
    args: z.record(z.string(), z.unknown()).optional().describe("of the action: see commands.md"),
  }),
  z.strictObject({ to: z.literal("people"), afterMinutes }),
  z.strictObject({ to: z.literal("platform"), afterMinutes }),
]);
export type EscalationStep = z.infer<typeof EscalationStep>;

export const PromptSettings = z.strictObject({
  escalate: z
    .array(EscalationStep)
    .min(1)
    .max(20)
    .default([
      { to: "people", afterMinutes: 60 },
      { to: "platform", afterMinutes: 180 },
    ])
    .describe("what happens to a prompt nobody handles, step by step"),
  repeatHours: z.number().min(1).max(720).default(24).describe("the last step comes again so often"),
  noOperatorDays: z
    .number()
    .min(1)
    .max(90)
    .default(3)
    .describe("days without anything done by a person on site that are a prompt themselves"),
  handOverHours: z.number().min(0.25).max(72).default(2).describe("a hand-over open for longer is a prompt"),
});
export type PromptSettings = z.infer<typeof PromptSettings>;

export const HandOverItem = z.object({
  ref: z.string().describe("`alert:ID` or `prompt:ID`"),
  text: z.object({ en: z.string(), zh: z.string() }),
  acceptedAt: Time.optional(),
});
export type HandOverItem = z.infer<typeof HandOverItem>;

/** Complete only when the next person has accepted each item by name. */
export const HandOver = z.object({
  id: z.string().regex(HAND_OVER_ID),
  from: z.string().describe("who hands over"),
  to: z.string().describe("who takes over, and alone may accept"),
  startedAt: Time,
  state: z.enum(["open", "complete", "cancelled"]),
  endedAt: Time.optional(),
  items: z.array(HandOverItem).describe("what is open; grows with what comes up meanwhile"),
});
export type HandOver = z.infer<typeof HandOver>;

export const PresenceSettings = z.strictObject({
  absenceDays: z
    .int()
    .min(2)
    .max(180)
    .default(7)
    .describe("days a resident's key was not used, with the door's devices alive, after which absence is suspected"),
});
export type PresenceSettings = z.infer<typeof PresenceSettings>;
