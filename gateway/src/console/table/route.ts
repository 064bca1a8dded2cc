/** One row of the API: who may, what goes in, what comes out. The server, its security tests, OpenAPI and the web page's types all come from it. */
import { z } from "zod";

export const ROLES = ["technician", "manager", "auditor"] as const;
export const Role = z.enum(ROLES).describe("technician: sets up; manager: deals with alerts; auditor: reads");
export type Role = z.infer<typeof Role>;

/** `public`: nobody need be signed in. `anyone`: whoever is signed in. */
export type Access = "public" | "anyone" | readonly Role[];

/** `type`: an answer that is a file and no JSON. */
export interface FileAnswer {
  readonly type: string;
}

/** A binary body is handed over as a Buffer, or with `spool` as a file, so that it never stands in memory whole. */
export interface BinaryBody {
  readonly types: readonly string[];
  readonly maxBytes: number;
  readonly spool?: true;
}

export interface Route {
  /** One sentence in the OpenAPI document. */
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** Fields of the request's header, named in small letters, their values percent-encoded: what no address should show. */
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType;
  /** Of the JSON body; 256 KiB without it. */
  readonly maxBytes?: number;
  readonly binary?: BinaryBody;
  /** JSON that comes back; `file` instead for anything else. */
  readonly answer: z.ZodType;
  readonly file?: FileAnswer;
}

/** Keeps the row's own type, with what it does not have left out. */
export const route = <const Row extends Route>(row: Row): Row => row;

export const Done = z.object({ done: z.literal(true) });

/** A page of a list: `next` goes into `after` for the following one, null behind the last. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable(), total: z.int().min(0) });

export const PageQuery = z.object({
  after: z.string().max(200).optional().describe("`next` of the page before"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const Text = z.object({ en: z.string(), zh: z.string() });

/** What every refusal looks like; `code` is stable, `message` and `fix` are in the reader's language. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  fix: z.string().optional().describe("what to do"),
  problems: z
    .array(z.object({ path: z.string(), reason: z.string(), fix: z.string().optional(), line: z.int().optional() }))
    .optional(),
});
export type Problem = z.infer<typeof Problem>;

export const NamedId = z.object({ id: z.string().min(1).max(128) });
