/** Work that takes a while: shows how far it is, can be cancelled, is kept until it was looked at. */
import { z } from "zod";
import { Done, NamedId, route, Text } from "./route.ts";

/** A new kind needs a row in test/e2e/cancel-jobs.test.ts. */
export const JOB_KINDS = [
  "scan",
  "replay",
  "backup",
  "restore",
  "flash",
  "uplink-test",
  "device-test",
  "report",
] as const;

export const JobRow = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  about: z
    .string()
    .nullable()
    .describe("the device, board, line, platform, space or month it works on; null: the whole box"),
  by: z.string(),
  startedAt: z.string(),
  state: z
    .enum(["running", "done", "failed", "cancelled", "interrupted"])
    .describe("interrupted: the gateway ended while it was under way"),
  cancellable: z.boolean().describe("false where an end in the middle would do harm, and for what has ended"),
  progress: z.number().min(0).max(1).nullable().describe("null: nobody knows how long it takes"),
  says: Text.describe("what it is at, or how it ended"),
  endedAt: z.string().nullable(),
  file: z.string().nullable().describe("name of the file it made, which GET …/file gives"),
});
export type JobRow = z.infer<typeof JobRow>;

/** Result of a test's job, of a device or an uplink: step by step. */
export const TestResult = z.object({
  passed: z.boolean(),
  steps: z.array(
    z.object({
      what: Text,
      state: z.enum(["passed", "failed", "skipped", "waiting"]),
      says: Text.describe("what was seen, or what to do"),
    }),
  ),
});
export type TestResult = z.infer<typeof TestResult>;

/** The result of a job of kind `replay`: the box's own history under the limit asked about, beside today's. Null: cannot be said. */
export const ReplayResult = z.object({
  limit: z.int(),
  days: z.int(),
  spaces: z.array(
    z.object({
      space: z.string(),
      name: z.string(),
      limitNow: z.int().nullable(),
      nights: z.int().describe("of which something is known"),
      nightsOver: z.int().nullable().describe("with more people than the limit asked about"),
      nightsOverNow: z.int().nullable(),
      alerts: z.int().nullable().describe("that would have been raised"),
      alertsNow: z.int().nullable(),
    }),
  ),
});
export type ReplayResult = z.infer<typeof ReplayResult>;

export const jobRoutes = {
  "GET /api/1/jobs": route({
    summary: "Running jobs and the latest ended ones",
    access: "anyone",
    answer: z.object({ jobs: z.array(JobRow) }),
  }),
  "GET /api/1/jobs/:id": route({
    summary: "One job with its result",
    access: "anyone",
    params: NamedId,
    answer: z.object({ job: JobRow, result: z.unknown() }),
  }),
  "DELETE /api/1/jobs/:id": route({
    summary: "Cancel a job: one's own, or as a technician anybody's; refused where an end in the middle would do harm",
    access: ["technician", "manager"],
    params: NamedId,
    answer: Done,
  }),
  "GET /api/1/jobs/:id/file": route({
    summary: "The file a job made: a backup, a replay's report",
    access: ["technician", "manager", "auditor"],
    params: NamedId,
    answer: z.unknown(),
    file: { type: "application/octet-stream" },
  }),
  "POST /api/1/replays": route({
    summary: "What if the limit were …: the box's own history under another limit or policy",
    access: ["technician", "manager", "auditor"],
    body: z.strictObject({
      space: z.string().max(64).optional().describe("for one space; else for all"),
      limit: z.int().min(1).max(100),
      days: z.int().min(1).max(180).default(30),
    }),
    answer: JobRow,
  }),
  "POST /api/1/backups": route({
    summary: "A backup of everything; secrets only with a passphrase",
    access: ["technician"],
    body: z.strictObject({ passphrase: z.string().min(10).max(200).optional() }),
    answer: JobRow,
  }),
  "POST /api/1/restores": route({
    summary: "Put a backup in place of what is here; the gateway starts anew with it",
    access: ["technician"],
    headers: z.object({
      "x-gatehouse-passphrase": z.string().max(200).optional().describe("of the backup, percent-encoded"),
    }),
    binary: { types: ["application/octet-stream", "application/gzip"], maxBytes: 2_000_000_000, spool: true },
    answer: JobRow,
  }),
} as const;
