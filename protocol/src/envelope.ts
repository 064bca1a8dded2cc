/** What goes up to a platform: CloudEvents 1.0 (structured JSON), and the receipts that come back. */
import { z } from "zod";
import type { AlertLevel } from "./alert.ts";
import { Time } from "./names.ts";

/** Highest first. A higher lane never waits for a lower one. */
export const LANES = ["emergency", "alert", "presence", "telemetry"] as const;
export const Lane = z.enum(LANES);
export type Lane = z.infer<typeof Lane>;

export const EVENT_TYPE_PREFIX = "gatehouse.";

export const CloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string().min(1).describe("unique per event, equal on every re-send: the key for de-duplication"),
  source: z.string().startsWith("gatehouse/").describe("`gatehouse/{gateway}`"),
  type: z.string().startsWith(EVENT_TYPE_PREFIX),
  subject: z.string().describe("space, device or site it is about"),
  time: Time.describe("when it happened"),
  datacontenttype: z.literal("application/json"),
  sequence: z
    .string()
    .regex(/^\d{16}$/)
    .describe("dense per uplink across its lanes, zero-padded; a higher lane overtaking is not a gap"),
  lane: Lane,
  severitynumber: z.int().min(1).max(24).describe("OpenTelemetry: 9 info, 13 warn, 17 error, 21 fatal"),
  recordedtime: Time.describe("when the item entered the outbox"),
  dataclassification: z.enum(["internal", "restricted", "personal"]),
  data: z.record(z.string(), z.unknown()).describe("by `type`, see below"),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

/** An event before an uplink numbered it. `data` is JSON text already, so that every uplink and every re-send has the same bytes. */
export interface EventDraft {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly lane: Lane;
  readonly severitynumber: number;
  readonly recordedtime: string;
  readonly dataclassification: CloudEvent["dataclassification"];
  readonly data: string;
}

export const SEVERITY = { info: 9, warn: 13, error: 17, fatal: 21 } as const;

export const severityOf = (level: AlertLevel): number =>
  ({ blue: SEVERITY.info, yellow: SEVERITY.warn, red: SEVERITY.error, emergency: SEVERITY.fatal })[level];

/** 16 digits, so that text order is number order. */
export const formatSequence = (sequence: number): string => String(sequence).padStart(16, "0");

/** The event's JSON text under a sequence number. The same draft and number give the same bytes. */
export function composeEvent(draft: EventDraft, sequence: number): string {
  const { data, ...head } = draft;
  const text = JSON.stringify({
    specversion: "1.0",
    id: head.id,
    source: head.source,
    type: head.type,
    subject: head.subject,
    time: head.time,
    datacontenttype: "application/json",
    sequence: formatSequence(sequence),
    lane: head.lane,
    severitynumber: head.severitynumber,
    recordedtime: head.recordedtime,
    dataclassification: head.dataclassification,
  });
  return `${text.slice(0, -1)},"data":${data}}`;
}

/** A platform's answer. What stands in neither list is kept and sent again. */
export const Receipt = z.object({
  accepted: z
    .array(z.string().regex(/^\d{1,16}$/))
    .default([])
    .describe("sequences taken over: the gateway forgets them"),
  rejected: z
    .array(z.object({ sequence: z.string().regex(/^\d{1,16}$/), reason: z.string().default("no reason given") }))
    .default([])
    .describe("sequences refused: set aside with the reason, reported, never sent again"),
  commands: z.array(z.unknown()).optional().describe("commands for the gateway, checked one by one"),
});
export type Receipt = z.infer<typeof Receipt>;

/** `data` of `gatehouse.gap`: items of a lane that will never come, because the disk budget evicted them. */
export const Gap = z.object({
  lane: Lane,
  from: Time.describe("when the first of them was recorded"),
  to: Time.describe("when the last of them was recorded"),
  count: z.int().min(1).describe("how many will never come"),
  reason: z.string(),
});
export type Gap = z.infer<typeof Gap>;
