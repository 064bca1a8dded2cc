/** What a request asks for, checked by its row of the table. */
import type { FastifyRequest } from "fastify";
import { check } from "../../words/schema-issues.ts";
import { invalidOf, Refusal } from "../refusal.ts";
import type { Route } from "../table/route.ts";

const MAX_JSON_BYTES = 256 * 1_024;
/** Nobody signed in has much to say. */
const MAX_PUBLIC_BYTES = 4 * 1_024;

export function bodyLimitOf({ access, binary, maxBytes }: Route): number {
  if (access === "public") return MAX_PUBLIC_BYTES;
  return binary?.maxBytes ?? maxBytes ?? MAX_JSON_BYTES;
}

export interface CheckedParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/** Throws Refusal `invalid`, `wrong-type`. */
export function askedOf(row: Route, request: FastifyRequest): CheckedParts {
  const { lang: _, ...query } = request.query as Readonly<Record<string, unknown>>;
  const asksLang = row.query !== undefined && "shape" in row.query && "lang" in (row.query.shape as object);
  return {
    params: parsed(row.params, request.params, "params"),
    query: parsed(row.query, asksLang ? request.query : query, "query"),
    headers: row.headers === undefined ? undefined : parsed(row.headers, decoded(request.headers), "headers"),
    body: row.binary === undefined ? parsed(row.body, request.body, "body") : request.body,
  };
}

/** What is not percent-encoded is taken as it stands. */
function decoded(headers: FastifyRequest["headers"]): Readonly<Record<string, unknown>> {
  const whole = Object.entries(headers).map(([name, value]) => {
    try {
      return [name, typeof value === "string" ? decodeURIComponent(value) : value];
    } catch {
      return [name, value];
    }
  });
  return Object.fromEntries(whole);
}

function parsed(schema: Route["body"], value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const result = check(schema, value ?? {});
  if (!result.ok) throw invalidOf(result.problems, where);
  return result.data;
}

/** Throws Refusal `wrong-type`: looked at before a byte of the body is read. */
export function checkContentType(row: Route, header: string | undefined): void {
  if (row.body === undefined && row.binary === undefined) return;
  const types = row.binary?.types ?? ["application/json"];
  const type = (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!types.includes(type)) {
    throw new Refusal("wrong-type", { values: { type: type.slice(0, 100) || "-", types: types.join(", ") } });
  }
}
