/** What has to be done by when, and what is handed in: clocks of alerts, rooms on the list, patrols, the report of a month. */
import { AlertKind, AlertLevel, Id, RiskLevel, Time } from "@gatehouse/protocol";
import { z } from "zod";
import { MonthFacts } from "../../monthly/facts.ts";
import { JobRow } from "./jobs.ts";
import { PageQuery, page, route, Text } from "./route.ts";

export const PatrolRow = z.object({
  space: Id,
  name: z.string(),
  risk: RiskLevel,
  everyDays: z.number(),
  last: z
    .object({ how: z.enum(["tag", "plate"]), by: z.string(), at: Time, note: z.string().optional() })
    .nullable()
    .describe("the latest visit and what proves it; null: none yet"),
  dueAt: Time.describe("end of the period"),
  dueBy: Time.describe("with the grace of the site file; behind it, it is overdue"),
  state: z
    .enum(["overdue", "due", "ahead"])
    .describe("due: its period has ended, or does within its last quarter, at most a day"),
  alert: z.string().nullable().describe("of kind patrol-overdue, while it stands"),
  done: z.int().describe("visits in time"),
  missed: z.int().describe("times nobody came in time"),
  readers: z.array(Id).describe("devices whose tag proves a visit, beside those of the space itself"),
  plate: z.boolean().describe("a plate hangs at its door: its number proves a visit too"),
});
export type PatrolRow = z.infer<typeof PatrolRow>;

const Streak = {
  days: z.int().describe("in a row within the limit and without an open finding"),
  since: z.iso.date().nullable(),
  best: z.int().describe("the longest row ever"),
  lastOver: z.iso.date().nullable().describe("the latest day that was not"),
};

export const SpaceCompliance = z.object({
  space: Id,
  ...Streak,
  judged: z.int().describe("mornings it was looked at: fewer than the days where the box was off"),
  listed: z
    .object({ since: z.iso.date(), dueBy: z.iso.date(), late: z.boolean() })
    .nullable()
    .describe("on the list of rooms that were over, and when it should be off it"),
  delisted: z.object({ at: z.iso.date(), afterDays: z.int() }).nullable().describe("when it last went off the list"),
});

export const ComplianceRow = SpaceCompliance.extend({ name: z.string(), risk: RiskLevel });
export type ComplianceRow = z.infer<typeof ComplianceRow>;

export const DUTIES = ["acknowledge", "resolve", "repair", "delist"] as const;

export const Duty = z.object({
  id: z.string(),
  about: z
    .enum(DUTIES)
    .describe(
      "acknowledge: somebody takes an alert on; resolve: its cause ends; repair: a device works again; delist: a room comes off the list",
    ),
  kind: AlertKind.nullable(),
  title: Text,
  level: AlertLevel,
  space: Id,
  name: z.string().describe("of the space"),
  device: Id.nullable(),
  since: Time,
  dueBy: Time,
  late: z.boolean(),
  alert: z.string().nullable(),
  can: z.array(z.string()).describe("deeds on its alert that are possible now for who asks"),
});
export type Duty = z.infer<typeof Duty>;

const Month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, "write a month as 2026-11");

/** Also the result of a job of kind `report`. */
export const MonthFigures = z.object({
  empty: z.boolean().describe("nothing was recorded in that month"),
  facts: MonthFacts,
});
export type MonthFigures = z.infer<typeof MonthFigures>;

export const dutyRoutes = {
  "GET /api/1/patrols": route({
    summary: "Where patrols go, when they were there and when they are due; the most urgent first",
    access: "anyone",
    query: PageQuery.extend({
      state: z.enum(["overdue", "due", "ahead"]).optional(),
      risk: RiskLevel.optional(),
      search: z.string().max(100).optional().describe("part of an id or name"),
    }),
    answer: page(PatrolRow).extend({
      counts: z.object({ overdue: z.int(), due: z.int(), ahead: z.int() }).describe("of all, whatever is asked for"),
    }),
  }),
  "GET /api/1/duties": route({
    summary: "What has to be done by when: alerts, repairs, rooms on the list; the first due first",
    access: "anyone",
    query: PageQuery.extend({
      about: z.enum(DUTIES).optional(),
      late: z.stringbool().optional(),
      space: z.string().max(64).optional(),
    }),
    answer: page(Duty).extend({
      counts: z.object({ all: z.int(), late: z.int() }).describe("of all, whatever is asked for"),
    }),
  }),
  "GET /api/1/compliance": route({
    summary: "Days without a breach, by space and for the site; those on the list first",
    access: "anyone",
    query: PageQuery.extend({
      listed: z.stringbool().optional(),
      search: z.string().max(100).optional().describe("part of an id or name"),
    }),
    answer: page(ComplianceRow).extend({
      site: z.object({ ...Streak, listed: z.int(), late: z.int().describe("longer on the list than they should be") }),
      rules: z.object({ delistAfterDays: z.int(), delistWithinDays: z.int() }),
    }),
  }),
  "GET /api/1/reports": route({
    summary: "Months there may be a report of, the running one first",
    access: "anyone",
    answer: z.object({
      months: z.array(z.object({ month: Month, running: z.boolean().describe("it has not ended yet") })),
      long: z
        .boolean()
        .describe("so many alerts are kept that the figures take more than a second: ask for them as a job"),
    }),
  }),
  "POST /api/1/reports": route({
    summary: "The figures of the monthly report as a job, with the page to print as its file",
    access: ["technician", "manager", "auditor"],
    body: z.strictObject({ month: Month, lang: z.enum(["zh", "en"]).default("zh") }),
    answer: JobRow,
  }),
  "GET /api/1/reports/month": route({
    summary: "The monthly report as a page to print; a month from `GET /api/1/reports`",
    access: "anyone",
    query: z.object({
      month: Month,
      lang: z.enum(["zh", "en"]).default("zh"),
      save: z.stringbool().default(false).describe("to be saved as a file"),
    }),
    answer: z.unknown(),
    file: { type: "text/html; charset=utf-8" },
  }),
  "GET /api/1/reports/month/figures": route({
    summary: "The figures of the monthly report",
    access: "anyone",
    query: z.object({ month: Month }),
    answer: MonthFigures,
  }),
} as const;
