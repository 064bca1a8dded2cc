/** Rule files: an operator's own rules, each with a condition in CEL and its own tests. What the conditions mean is checked by the gateway. */
import { z } from "zod";
import { Id, Time } from "./names.ts";
import { RiskLevel, SpaceKind } from "./site.ts";

const expression = z.string().min(1).max(1_000, "must be at most 1000 characters");
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** `90s`, `10m`, `2h`, `3d`. */
export const Span = z.string().regex(/^[1-9]\d{0,4}[smhd]$/, "must be a span of time like 90s, 10m, 2h or 3d");

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ms of a span. */
export const spanMs = (span: string): number =>
  Number(span.slice(0, -1)) * UNIT_MS[span.slice(-1) as keyof typeof UNIT_MS];

/** One step of a test: what is so at a moment. Names are those of the expressions. */
const CaseStep = z.record(z.string(), scalar).and(z.object({ at: Time }));

export const RuleCase = z.strictObject({
  name: z.string().min(1).max(200),
  given: z.record(z.string(), scalar).optional().describe("what holds in every step"),
  steps: z.array(CaseStep).min(1).max(1_000).describe("what is so, one after the other: `at`, and what differs"),
  until: Time.optional().describe("time runs on to here after the last step"),
  expect: z
    .enum(["raised", "silent", "cleared"])
    .describe("`silent`: never raised; `cleared`: raised and cleared again"),
  times: z.int().min(1).optional().describe("how often it was raised; default: at least once"),
});
export type RuleCase = z.infer<typeof RuleCase>;

export const CustomRule = z.strictObject({
  id: Id,
  title: z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) }),
  when: z
    .enum(["reading", "estimate", "calendar"])
    .describe("judged at every reading, at every change of an estimate, or once a day"),
  at: clockTime.optional().describe("for `when: calendar`: local time of day; default 06:00"),
  kinds: z.array(SpaceKind).min(1).optional().describe("only spaces of these kinds; default all"),
  spaces: z.array(Id).min(1).max(10_000).optional().describe("only these spaces; default all"),
  if: expression.describe("the condition, in CEL"),
  days: z
    .strictObject({ over: z.int().min(1).max(60), of: z.int().min(1).max(60) })
    .optional()
    .describe("the condition must have been true on so many of the last so many days"),
  for: Span.optional().describe("the condition must hold for so long; not for `when: reading`"),
  clear: expression.optional().describe("what ends it; default: `if` is false, for `when: reading`: a day without it"),
  level: RiskLevel.optional().describe("default: the risk colour of the space"),
  tests: z.array(RuleCase).max(100).default([]),
});
export type CustomRule = z.infer<typeof CustomRule>;

export const RuleFile = z.strictObject({
  rules: z.array(CustomRule).min(1, "must name at least one rule").max(100),
});
export type RuleFile = z.infer<typeof RuleFile>;
