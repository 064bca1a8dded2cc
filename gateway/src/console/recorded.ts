/** What of the console's work goes into the log of who did what. */
import type { FastifyRequest } from "fastify";
import type { AuditEntry } from "./ports.ts";
import type { ApiKey } from "./table/index.ts";

/** The core records these itself, the way in its own, and the rest changes nothing. */
export const RECORDED_ELSEWHERE: readonly string[] = [
  "POST /api/1/claim",
  "POST /api/1/session",
  "POST /api/1/session/totp",
  "POST /api/1/deeds",
  "POST /api/1/commands",
  "POST /api/1/fire/over",
  "POST /api/1/config/check",
  "POST /api/1/rooms/read",
  "POST /api/1/rooms/scheme",
] satisfies readonly ApiKey[];

const EDITS = "PATCH /api/1/config" satisfies ApiKey;

/** Whether the row's answer changed something that nothing else writes down. */
export function isRecorded(key: string, { method, body }: Pick<FastifyRequest, "method" | "body">): boolean {
  if (method === "GET" || RECORDED_ELSEWHERE.includes(key)) return false;
  // Edits that were only tried.
  return key !== EDITS || (body as { readonly check?: unknown }).check !== true;
}

const ON_A_LINE = "POST /api/1/lines/firmware" satisfies ApiKey;

/** Of an account also what was changed; of everything else the row says it. Never a password. */
export function doneOf(key: string, by: string, { params, body }: FastifyRequest): AuditEntry {
  const named = Object.values((params ?? {}) as Readonly<Record<string, string>>);
  const { link } = (body ?? {}) as { readonly link?: unknown };
  if (key === ON_A_LINE) return { by, what: key, subject: String(link).slice(0, 200), detail: "" };
  if (!key.includes("/api/1/accounts")) return { by, what: key, subject: named.join(" ").slice(0, 200), detail: "" };
  const { name, roles, disabled, password, totp } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const detail = [
    ...(Array.isArray(roles) ? [`roles ${roles.join(", ")}`] : []),
    ...(disabled === undefined ? [] : [disabled === true ? "disabled" : "enabled"]),
    ...(password === undefined ? [] : ["new password"]),
    ...(totp === false ? ["one-time codes ended"] : []),
  ];
  return { by, what: key, subject: String(named[0] ?? name ?? ""), detail: detail.join("; ") };
}
