/** How answers and refusals go out. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { InvariantError } from "@gatehouse/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../../core/ports.ts";
import { languageOf } from "../language.ts";
import { problemOf, Refusal, refusalOf } from "../refusal.ts";
import type { FileContent } from "../table/index.ts";
import type { Route } from "../table/route.ts";

export function languageFor({ query, headers }: FastifyRequest): "zh" | "en" {
  const { lang } = (query ?? {}) as { readonly lang?: unknown };
  return languageOf(typeof lang === "string" ? lang : undefined, headers["accept-language"]);
}

/** Tests: throws InvariantError for an answer that its row refuses. */
export function mustFit({ answer }: Route, key: string, said: unknown): void {
  const checked = answer.safeParse(said);
  if (!checked.success) throw new InvariantError(`${key} answers what its row refuses: ${checked.error.message}`);
}

const pack = promisify(gzip);
/** Smaller answers are not worth it. */
const PACKED_FROM_CHARS = 8_192;

export async function sendJson({ headers }: FastifyRequest, reply: FastifyReply, text: string): Promise<FastifyReply> {
  reply.type("application/json; charset=utf-8");
  if (text.length < PACKED_FROM_CHARS || !/\bgzip\b/.test(String(headers["accept-encoding"] ?? "")))
    return reply.send(text);
  const packed = await pack(text, { level: 4 });
  return reply.header("content-encoding", "gzip").header("vary", "accept-encoding").send(packed);
}

/** A file is never run as a page of this site: it is saved, or shown in a sandbox. */
export function sendFile(reply: FastifyReply, { type, name, body }: FileContent): FastifyReply {
  const disposition = name === undefined ? "inline" : `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
  if (type.startsWith("text/html"))
    reply.header(
      "content-security-policy",
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals",
    );
  return reply.header("content-disposition", disposition).type(type).send(body);
}

const SMALL_BODY = 65_536;

export async function fail(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const refusal = refusalOf(error) ?? refusalOfFastify(error, request) ?? brokenOff(request);
  if (refusal === undefined) {
    log.error({ err: error, method: request.method, url: request.routeOptions.url }, "a request failed with a bug");
  }
  const { status, body, retryAfterSeconds } = problemOf(refusal ?? new Refusal("fault"), languageFor(request));
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  if (refusal?.code === "wrong-method") reply.header("allow", refusal.values["methods"]);
  const { "content-length": length, "transfer-encoding": pieces } = request.raw.headers;
  const bytes = pieces === undefined ? Number(length ?? 0) : Number.POSITIVE_INFINITY;
  // A large body nobody has read stays unread: the connection goes with the answer. A small one is let pass and the connection
  // stays, whatever Fastify has set: a browser that still sends sees a broken connection in place of the answer.
  if (!request.raw.readableEnded && bytes > SMALL_BODY) reply.header("connection", "close");
  else {
    reply.removeHeader("connection");
    if (!request.raw.readableEnded) request.raw.resume();
  }
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(JSON.stringify(body));
}

/** Whoever sent it went away in the middle of the body: nobody's bug, and nobody there to be told. */
const brokenOff = ({ raw }: FastifyRequest): Refusal | undefined =>
  raw.destroyed && !raw.complete ? new Refusal("not-http") : undefined;

/** Fastify's own refusals of a body or a path. */
function refusalOfFastify(error: unknown, request: FastifyRequest): Refusal | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new Refusal("too-large", { values: { bytes: request.routeOptions.bodyLimit } });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new Refusal("wrong-type", { values: { type: "-", types: "application/json" } });
  if (code.startsWith("FST_ERR_CTP") || error instanceof SyntaxError) return new Refusal("not-json");
  return code === "FST_ERR_BAD_URL" || code === "FST_ERR_NOT_FOUND" ? new Refusal("not-found") : undefined;
}
