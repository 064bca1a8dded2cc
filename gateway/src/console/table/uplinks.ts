/** What leaves the box, and how the box is: uplinks, health, storage, logs, metrics. */
import { LANES } from "@gatehouse/protocol";
import { z } from "zod";
import { JobRow } from "./jobs.ts";
import { NamedId, PageQuery, page, route, Text } from "./route.ts";

export const HealthCodeRow = z.object({
  code: z.string(),
  subject: z.string(),
  detail: z.string(),
  since: z.string(),
  meaning: Text,
  fix: Text.describe("what to do"),
});

export type HealthCodeRow = z.infer<typeof HealthCodeRow>;

const LaneState = z.object({
  waiting: z.int(),
  oldestAt: z.string().nullable(),
  sent: z.int(),
  rejected: z.int(),
  dropped: z.int(),
});

export const UplinkRow = z.object({
  id: z.string(),
  type: z.string(),
  address: z.string().nullable(),
  up: z.boolean(),
  lastReceiptAt: z.string().nullable(),
  readings: z.boolean(),
  credentials: z.enum(["strip", "pseudonym"]),
  lanes: z.record(z.enum(LANES), LaneState),
  late: z.boolean().describe("something has waited for more than five minutes"),
  codes: z.array(z.object({ code: z.string(), detail: z.string(), since: z.string() })),
});

export type UplinkRow = z.infer<typeof UplinkRow>;

export const SentEnvelope = z.object({
  at: z.string(),
  sequence: z.string(),
  type: z.string(),
  lane: z.enum(LANES),
  bytes: z.int(),
  envelope: z.unknown().describe("as it left the box"),
  personal: z
    .array(z.object({ path: z.string(), why: Text }))
    .describe("fields of it that are personal data, as JSON pointers"),
});

export const uplinkRoutes = {
  "GET /api/1/uplinks": route({
    summary: "Uplinks: what waits, since when, the latest receipt",
    access: "anyone",
    answer: z.object({
      uplinks: z.array(UplinkRow),
      removed: z
        .array(
          z.object({
            id: z.string(),
            waiting: z.int(),
            inGrace: z
              .int()
              .describe(
                "delivered a short while ago, on the word of a broker alone: sent again by the next uplink of this `id` that has no other word; about",
              ),
          }),
        )
        .describe("uplinks that are no longer on the site, of which something is still on the box"),
    }),
  }),
  "GET /api/1/uplinks/:id/rejected": route({
    summary: "What a platform refused for good",
    access: "anyone",
    params: NamedId,
    answer: z.object({ rejected: z.array(z.unknown()) }),
  }),
  "GET /api/1/uplinks/:id/sent": route({
    summary: "What leaves this box: the latest envelopes, personal data marked",
    access: "anyone",
    params: NamedId,
    answer: z.object({ sent: z.array(SentEnvelope) }),
  }),
  "POST /api/1/uplinks/:id/resend": route({
    summary: "Send refused events again, under new numbers and the same ids",
    access: ["technician"],
    params: NamedId,
    body: z.strictObject({ sequences: z.array(z.int()).max(1_000).optional() }),
    answer: z.unknown(),
  }),
  "POST /api/1/uplinks/:id/test": route({
    summary: "Try an uplink step by step: address, certificate, signature, receipt",
    access: ["technician"],
    params: NamedId,
    answer: JobRow,
  }),
  "GET /api/1/health": route({
    summary: "Conditions somebody can act on, in words",
    access: "anyone",
    answer: z.object({ status: z.enum(["ok", "degraded"]), codes: z.array(HealthCodeRow) }),
  }),
  "GET /api/1/metrics": route({
    summary: "The figures of /metrics, as JSON",
    access: "anyone",
    answer: z.object({
      metrics: z.array(
        z.object({
          name: z.string(),
          help: z.string(),
          type: z.string(),
          values: z.array(z.object({ labels: z.record(z.string(), z.string()), value: z.number() })),
        }),
      ),
    }),
  }),
  "GET /api/1/storage": route({
    summary: "The disk budget: what takes how much, and what goes first when it is used up",
    access: "anyone",
    answer: z.object({
      usedBytes: z.number(),
      budgetBytes: z.number(),
      journalRows: z.number(),
      quarantined: z.int(),
      backlog: z.array(z.object({ uplink: z.string(), lane: z.enum(LANES), count: z.int() })),
      disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }),
    }),
  }),
  "GET /api/1/logs": route({
    summary: "The latest lines of the log, newest first",
    access: ["technician", "auditor"],
    query: PageQuery.extend({
      level: z.enum(["debug", "info", "warn", "error"]).default("info"),
      search: z.string().max(100).optional(),
    }),
    answer: page(
      z.object({
        n: z.int(),
        at: z.string(),
        level: z.string(),
        message: z.string(),
        fields: z.record(z.string(), z.unknown()),
      }),
    ),
  }),
} as const;
