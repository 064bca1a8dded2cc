/** Set-up and configuration: the site file as a whole, its parts, rooms by list or scheme, the commissioning report, the audit log. */
import { Space } from "@gatehouse/protocol";
import { z } from "zod";
import { Edit } from "./edit.ts";
import { Done, NamedId, PageQuery, page, route, Text } from "./route.ts";

const Hash = z.string().describe("of the file it is about; a change is refused when the file is no longer that one");
const Finding = z.object({
  path: z.string(),
  reason: z.string(),
  fix: z.string().optional(),
  line: z.int().optional(),
});

const Diff = z.object({
  changes: z.array(
    z.object({
      path: z.string(),
      was: z.unknown().optional(),
      is: z.unknown().optional(),
      kind: z.enum(["added", "removed", "changed"]),
    }),
  ),
  lines: z.array(z.object({ sign: z.enum(["+", "-", " "]), text: z.string(), line: z.int() })),
});

const Version = z.object({
  n: z.int(),
  at: z.string(),
  by: z.string(),
  note: z.string(),
  hash: Hash,
  current: z.boolean(),
});

/** Columns of a list of rooms. The template's first line has them in the reader's language; a list may have these ids instead. */
export const ROOM_COLUMNS = [
  "id",
  "name",
  "kind",
  "parent",
  "areas",
  "registered",
  "family",
  "risk",
  "code",
  "grid",
  "plate",
] as const;

/** A row of a list of rooms, as it was understood. */
export const RoomRow = z.object({
  line: z.int().describe("in the file"),
  cells: z
    .partialRecord(z.enum(ROOM_COLUMNS), z.string())
    .describe("as they stand in the list, to be corrected and read again"),
  space: Space.optional(),
  problems: z.array(z.object({ column: z.string(), reason: Text })),
});
export type RoomRow = z.infer<typeof RoomRow>;

const SecretId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const SecretValue = z.string().min(1).max(100_000);

export const setUpRoutes = {
  "GET /api/1/config": route({
    summary: "The site file: its text, what it means, and what there is to look at",
    access: ["technician", "auditor"],
    answer: z.object({
      text: z.string(),
      hash: Hash,
      running: z.string().nullable().describe("hash of the file the box runs with; another while it starts anew"),
      site: z.unknown(),
      warnings: z.array(Finding),
    }),
  }),
  "POST /api/1/config/check": route({
    summary: "Check a site file without using it",
    access: ["technician"],
    maxBytes: 21_000_000,
    body: z.strictObject({ text: z.string().max(20_000_000) }),
    answer: z.object({
      ok: z.boolean(),
      problems: z.array(Finding),
      warnings: z.array(Finding),
      diff: Diff.nullable(),
    }),
  }),
  "PUT /api/1/config": route({
    summary: "Use a new site file; the gateway starts anew with it, and goes back by itself if that fails",
    access: ["technician"],
    maxBytes: 21_000_000,
    body: z.strictObject({ text: z.string().max(20_000_000), hash: Hash, note: z.string().max(300).default("") }),
    answer: z.object({ version: z.int(), hash: Hash }),
  }),
  "PATCH /api/1/config": route({
    summary: "Edits of the site file; with `check` only what they would do",
    access: ["technician"],
    maxBytes: 21_000_000,
    body: z.strictObject({
      hash: Hash,
      edits: z.array(Edit).min(1).max(10_000),
      note: z.string().max(300).default(""),
      check: z.boolean().default(false),
      secrets: z
        .array(z.strictObject({ id: SecretId, value: SecretValue }))
        .max(20)
        .default([])
        .describe("new files in `secrets/` that the edits name; written where the edits are used, never for a `check`"),
    }),
    answer: z.object({ hash: Hash, version: z.int().nullable(), diff: Diff, warnings: z.array(Finding) }),
  }),
  "GET /api/1/config/versions": route({
    summary: "Earlier site files",
    access: ["technician", "auditor"],
    answer: z.object({ versions: z.array(Version) }),
  }),
  "GET /api/1/config/versions/:id": route({
    summary: "An earlier site file, and what it would change today",
    access: ["technician", "auditor"],
    params: NamedId,
    answer: z.object({ version: Version, text: z.string(), diff: Diff }),
  }),
  "POST /api/1/config/rollback": route({
    summary: "Go back to an earlier site file",
    access: ["technician"],
    body: z.strictObject({ version: z.int(), hash: Hash }),
    answer: z.object({ version: z.int(), hash: Hash }),
  }),
  "PUT /api/1/set-up": route({
    summary: "The set-up of a new box is finished, or begins again; a site file that was given counts as finished",
    access: ["technician"],
    body: z.strictObject({ done: z.boolean() }),
    answer: Done,
  }),
  "PUT /api/1/secrets/:id": route({
    summary: "Write a secret beside the site file, to be named there as { file: … }; it is never read back",
    access: ["technician"],
    params: z.object({ id: SecretId }),
    maxBytes: 500_000,
    body: z.strictObject({ value: SecretValue }),
    answer: Done,
  }),
  "GET /api/1/premises": route({
    summary: "Kinds of premises with the limits that count for them, explained",
    access: "anyone",
    answer: z.object({
      kinds: z.array(
        z.object({
          kind: z.enum(["rental-compound", "dormitory", "construction-site"]),
          policy: z.string(),
          title: Text,
          says: z.array(Text).describe("its limits, a sentence each"),
          source: Text,
          verified: z.boolean(),
        }),
      ),
    }),
  }),
  "GET /api/1/rooms/template": route({
    summary: "A list of rooms to fill in",
    access: "anyone",
    query: z.object({ format: z.enum(["csv", "xlsx"]).default("xlsx"), lang: z.enum(["zh", "en"]).default("zh") }),
    answer: z.unknown(),
    file: { type: "application/octet-stream" },
  }),
  "POST /api/1/rooms/read": route({
    summary:
      "Read a list of rooms (CSV in UTF-8 or GB 18030, or XLSX), row by row with what is wrong; nothing is changed",
    access: ["technician"],
    binary: {
      types: [
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
      ],
      maxBytes: 5_000_000,
    },
    answer: z.object({ rows: z.array(RoomRow), good: z.int(), bad: z.int() }),
  }),
  "POST /api/1/rooms/scheme": route({
    summary: "Rooms from a scheme of buildings, floors and rooms a floor; nothing is changed",
    access: ["technician"],
    body: z.strictObject({
      buildings: z.array(z.string().min(1).max(20)).min(1).max(50),
      floors: z.strictObject({
        from: z.int().min(-5).max(99),
        to: z.int().min(-5).max(99),
        without: z.array(z.int()).default([]),
      }),
      roomsPerFloor: z.int().min(1).max(99),
      without: z.array(z.string().max(10)).default([]).describe("endings of numbers that are left out, as 4 or 13"),
      pattern: z.string().max(100).default("{building}-{floor}{room:02}"),
      kind: z.enum(["flat", "room", "shed"]).default("flat"),
      rooms: z
        .array(z.strictObject({ areaM2: z.number().positive() }))
        .max(20)
        .optional(),
      areaM2: z.number().positive().optional(),
      risk: z.enum(["red", "yellow", "blue"]).optional(),
      doors: z.boolean().default(true).describe("also a door for each"),
    }),
    answer: z.object({ rows: z.array(RoomRow), good: z.int(), bad: z.int() }),
  }),
  "POST /api/1/rooms": route({
    summary: "Take rooms into the site file, each with a door from its corridor or outside where asked",
    access: ["technician"],
    maxBytes: 8_000_000,
    body: z.strictObject({ hash: Hash, spaces: z.array(Space).min(1).max(5_000), doors: z.boolean().default(true) }),
    answer: z.object({ hash: Hash, version: z.int(), added: z.int(), changed: z.int() }),
  }),
  "GET /api/1/reports/commissioning": route({
    summary:
      "The commissioning report's facts: site, rooms with limits, devices with their tests, uplinks, what is open",
    access: "anyone",
    answer: z.object({
      site: z.unknown(),
      madeAt: z.string(),
      rooms: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          limit: z.int().nullable(),
          basis: Text.nullable().describe("of the limit, with its source"),
          plate: z.string().nullable(),
          devices: z.int(),
        }),
      ),
      devices: z.array(
        z.object({
          id: z.string(),
          kind: z.string(),
          where: z.string(),
          test: z.enum(["passed", "failed", "untested"]),
          testedAt: z.string().nullable(),
          says: Text.nullable(),
          needsKey: z.boolean().describe("a reader that waits for its key, or does not take the one it should have"),
          hasKeyNow: z.boolean().describe("its latest test failed for want of a key that it has now"),
        }),
      ),
      uplinks: z.array(
        z.object({ id: z.string(), test: z.enum(["passed", "failed", "untested"]), testedAt: z.string().nullable() }),
      ),
      open: z
        .array(Text.extend({ at: z.enum(["rooms", "devices", "tests", "uplink", "health"]).optional() }))
        .describe("what is left to do, and the step of the set-up, or the page, where it is done"),
    }),
  }),
  "GET /api/1/audit": route({
    summary: "Who did what, newest first",
    access: ["auditor", "technician"],
    query: PageQuery.extend({ by: z.string().max(64).optional(), what: z.string().max(64).optional() }),
    answer: page(
      z.object({
        n: z.int(),
        at: z.string(),
        by: z.string(),
        what: z.string(),
        subject: z.string(),
        detail: z.string(),
      }),
    ),
  }),
  "GET /api/1/audit/verify": route({
    summary: "Is the log of who did what whole: no entry changed, deleted, moved or cut off",
    access: ["auditor", "technician"],
    answer: z.object({
      ok: z.boolean(),
      entries: z.int(),
      head: z.string(),
      at: z.int().nullable().describe("the first entry that is wrong"),
      says: Text,
    }),
  }),
} as const;
