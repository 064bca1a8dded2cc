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
  id: z.string().min(1),
  source: z.string().startsWith("gatehouse/"),
  type: z.string().startsWith(EVENT_TYPE_PREFIX),
  subject: z.string(),
  time: Time,
  datacontenttype: z.literal("application/json"),
  /** Dense per uplink across its lanes. */
  sequence: z.string().regex(/^\d{16}$/),
  lane: Lane,
  /** OpenTelemetry log severity number: 9 info, 13 warn, 17 error, 21 fatal. */
  severitynumber: z.int().min(1).max(24),
  /** When the item entered the outbox. */
  recordedtime: Time,
  dataclassification: z.enum(["internal", "restricted", "personal"]),
  data: z.record(z.string(), z.unknown()),
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
  accepted: z.array(z.string().regex(/^\d{1,16}$/)).default([]),
  rejected: z
    .array(z.object({ sequence: z.string().regex(/^\d{1,16}$/), reason: z.string().default("no reason given") }))
    .default([]),
  commands: z.array(z.unknown()).optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** `data` of `gatehouse.gap`: items of a lane that will never come, because the disk budget evicted them. */
export const Gap = z.object({ lane: Lane, from: Time, to: Time, count: z.int().min(1), reason: z.string() });
export type Gap = z.infer<typeof Gap>;
