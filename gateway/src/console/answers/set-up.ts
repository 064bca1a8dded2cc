/** Answers about setting up: the site file, rooms, secrets, premises, the commissioning report, who did what. */
import type { Clock, Policy, Problem, Site, Words } from "@gatehouse/protocol";
import { auditIn } from "../../words/audit-in.ts";
import { type Language, problemIn, wholeIn } from "../../words/said.ts";
import { Refusal } from "../refusal.ts";
import { readRoomsApart } from "../rooms/reader-thread.ts";
import { roomsOfScheme } from "../rooms/scheme.ts";
import { csvTemplate, xlsxTemplate } from "../rooms/template.ts";
import type { AnswerOf, Answers, FileContent } from "../table/index.ts";
import { commissioningReport, type ReportParts } from "./commissioning.ts";
import { doerOf } from "./deeds.ts";
import { numberOf } from "./page-of.ts";
import { premisesOf } from "./premises.ts";
import { notThere } from "./refusals.ts";
import { roomEdits } from "./room-edits.ts";
import type { SiteFile } from "./site-file.ts";

type AuditRow = AnswerOf<"GET /api/1/audit">["items"][number];

/** The log of who did what, as it is read. */
export interface AuditReader {
  /** Newest first: entries before number `before`, at most `limit`. */
  list(wanted: {
    readonly before?: number | undefined;
    readonly by?: string | undefined;
    readonly what?: string | undefined;
    readonly limit: number;
  }): Promise<{ readonly rows: readonly AuditRow[]; readonly total: number }>;
  verify(signal: AbortSignal): Promise<{
    readonly ok: boolean;
    readonly entries: number;
    readonly head: string;
    readonly at: number | null;
    readonly says: Words;
  }>;
}

export interface SetUpParts extends ReportParts {
  readonly siteFile: SiteFile;
  readonly audit: AuditReader;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly clock: Clock;
  /** The wizard was finished, or begins anew. */
  setUp(done: boolean): Promise<void>;
}

type Keys =
  | "GET /api/1/config"
  | "POST /api/1/config/check"
  | "PUT /api/1/config"
  | "PATCH /api/1/config"
  | "GET /api/1/config/versions"
  | "GET /api/1/config/versions/:id"
  | "POST /api/1/config/rollback"
  | "PUT /api/1/set-up"
  | "PUT /api/1/secrets/:id"
  | "GET /api/1/premises"
  | "GET /api/1/rooms/template"
  | "POST /api/1/rooms/read"
  | "POST /api/1/rooms/scheme"
  | "POST /api/1/rooms"
  | "GET /api/1/reports/commissioning"
  | "GET /api/1/audit"
  | "GET /api/1/audit/verify";

export function setUpAnswers(parts: SetUpParts): Answers<Keys> {
  return { ...fileAnswers(parts), ...roomAnswers(parts), ...reportAnswers(parts) };
}

type FileKeys = Extract<Keys, `${string}/config${string}` | `${string}/secrets/${string}` | "PUT /api/1/set-up">;

function fileAnswers({ siteFile, setUp }: SetUpParts): Answers<FileKeys> {
  return {
    "GET /api/1/config": async (_, { language }) => {
      const { text, hash, running = null, site, warnings } = await siteFile.current();
      return { text, hash, running, site, warnings: findings(warnings, language) };
    },
    "POST /api/1/config/check": async ({ body: { text } }, { language }) => {
      const { problems, warnings, diff } = await siteFile.check(text);
      const found = findings(problems, language);
      return { ok: problems.length === 0, problems: found, warnings: findings(warnings, language), diff };
    },
    "PUT /api/1/config": ({ body: { text, hash, note } }, asking) =>
      siteFile.use(text, { hash, note, by: doerOf(asking) }),
    "PATCH /api/1/config": async ({ body: { edits, hash, note, check, secrets } }, asking) => {
      const done = await siteFile.edit(edits, { hash, note, check, secrets, by: doerOf(asking) });
      return { ...done, warnings: findings(done.warnings, asking.language) };
    },
    "GET /api/1/config/versions": async (_, { language }) => {
      const versions = await siteFile.versions();
      return { versions: versions.map((version) => withNoteIn(version, language)) };
    },
    "GET /api/1/config/versions/:id": async ({ params: { id } }, { language }) => {
      const found = /^\d{1,9}$/.test(id) ? await siteFile.version(Number(id)) : undefined;
      if (found === undefined) throw notThere(id);
      return { ...found, version: withNoteIn(found.version, language) };
    },
    "POST /api/1/config/rollback": ({ body: { version, hash } }, asking) =>
      siteFile.rollback(version, { hash, by: doerOf(asking) }),
    "PUT /api/1/set-up": async ({ body: { done } }) => {
      await setUp(done);
      return { done: true };
    },
    "PUT /api/1/secrets/:id": async ({ params: { id }, body: { value } }) => {
      await siteFile.writeSecret(id, value);
      return { done: true };
    },
  };
}

type RoomKeys = Extract<Keys, `${string}/rooms${string}`>;

function roomAnswers({ siteFile, core, clock }: SetUpParts): Answers<RoomKeys> {
  let isReading = false;
  return {
    "GET /api/1/rooms/template": async ({ query: { format, lang } }) => templateIn(format, lang),
    "POST /api/1/rooms/read": async ({ body }, { signal }) => {
      // One thread with its memory at a time.
      if (isReading) throw new Refusal("busy", { retryAfterSeconds: 5, values: { seconds: 5 } });
      isReading = true;
      try {
        return await readRoomsApart(body, core.model.spaces.keys(), clock, signal);
      } finally {
        isReading = false;
      }
    },
    "POST /api/1/rooms/scheme": async ({ body }) => roomsOfScheme(body, new Set(core.model.spaces.keys())),
    "POST /api/1/rooms": async ({ body: { hash, spaces, doors } }, asking) => {
      const { site } = await siteFile.current();
      const { edits, added, changed } = roomEdits(site as Partial<Pick<Site, "spaces" | "portals">>, spaces, doors);
      if (edits.length === 0) return { hash, version: 0, added, changed };
      const note = `rooms: ${added} added, ${changed} changed`;
      const done = await siteFile.edit(edits, { hash, note, check: false, by: doerOf(asking) });
      return { hash: done.hash, version: done.version ?? 0, added, changed };
    },
  };
}

function templateIn(format: "csv" | "xlsx", lang: "zh" | "en"): FileContent {
  const name = `${lang === "zh" ? "房间表" : "rooms"}.${format}`;
  if (format === "csv") return { type: "text/csv; charset=utf-8", name, body: csvTemplate(lang) };
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return { type, name, body: xlsxTemplate(lang) };
}

type ReportKeys = Extract<Keys, `${string}/premises` | `${string}/reports/${string}` | `${string}/audit${string}`>;

function reportAnswers(parts: SetUpParts): Answers<ReportKeys> {
  const { policies, audit } = parts;
  return {
    "GET /api/1/premises": async () => ({ kinds: premisesOf(policies) }),
    "GET /api/1/reports/commissioning": async () => commissioningReport(parts),
    "GET /api/1/audit": async ({ query: { after, limit, by, what } }, { language }) => {
      const before = after === undefined ? undefined : numberOf(after);
      const { rows, total } = await audit.list({ before, by, what, limit: limit + 1 });
      const items = rows.slice(0, limit).map((row) => ({ ...row, detail: auditIn(row, language) }));
      const last = items.at(-1);
      return { items, next: rows.length > limit && last !== undefined ? String(last.n) : null, total };
    },
    "GET /api/1/audit/verify": async (_, { signal }) => ({ ...(await audit.verify(signal)) }),
  };
}

/** The box notes things itself; what a person noted stays letter by letter. */
const withNoteIn = <V extends { readonly note: string }>(version: V, language: Language): V => ({
  ...version,
  note: wholeIn(version.note, language),
});

const findings = (problems: readonly Problem[], language: Language) =>
  problems
    .map((problem) => problemIn(problem, language))
    .map(({ path, reason, fix, line }) => ({
      path,
      reason,
      ...(fix === undefined ? {} : { fix }),
      ...(line === undefined ? {} : { line }),
    }));
