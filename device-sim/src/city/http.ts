/** The city's HTTP door: batches of CloudEvents in, receipts out. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Clock } from "@gatehouse/protocol";
import type { CommandDesk } from "./commands.ts";
import { conductOf, type Failure, HTML_PAGE } from "./failure.ts";
import type { Ledger } from "./ledger.ts";
import type { Disbelief } from "./signatures.ts";

/** Where events are posted. */
export const INGEST_PATH = "/ingest";

const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface IngestDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly failure: () => Failure;
  /** Something was recorded. */
  readonly changed: () => void;
  /** Commands that go with an answer. */
  readonly commands: CommandDesk;
  /** Without it everybody is believed. */
  readonly disbelief?: Disbelief | undefined;
}

export function ingestOverHttp(deps: IngestDeps): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on("end", () => void answer(deps, request, response, Buffer.concat(chunks)));
    request.on("error", () => {});
  };
}

async function answer(
  deps: IngestDeps,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const path = request.url?.split("?")[0];
  if (path !== INGEST_PATH) return refuse(response, 404, `nothing here; POST to ${INGEST_PATH}`);
  if (request.method !== "POST") return refuse(response, 405, "POST only");
  const doubt = deps.disbelief?.(request, body);
  if (doubt !== undefined) return refuse(response, 401, doubt);
  const conduct = conductOf(deps.failure());
  let receipt = "";
  if (conduct.maxBytes !== undefined && body.length > conduct.maxBytes)
    return refuse(response, 413, `the body is larger than ${conduct.maxBytes} bytes`);
  if (conduct.records) {
    const items = itemsOf(request.headers["content-type"], body);
    if ("status" in items) return refuse(response, items.status, items.reason);
    const taken = deps.ledger.take("http", items.list);
    if ("reason" in taken) return refuse(response, 400, `nothing of this batch was taken: ${taken.reason}`);
    deps.changed();
    const commands = conduct.answer === "receipt" ? deps.commands.handOut(gatewayOf(items.list[0])) : [];
    receipt = JSON.stringify(commands.length === 0 ? taken : { ...taken, commands });
  }
  if (conduct.delayMs > 0) await deps.clock.sleep(conduct.delayMs);
  switch (conduct.answer) {
    case "receipt":
      return reply(response, 200, "application/json", receipt);
    case "html":
      return reply(response, 200, "text/html; charset=utf-8", HTML_PAGE);
    case "unavailable":
      return reply(response, 503, "text/plain", "service unavailable\n");
    case "busy":
      return reply(response, 429, "text/plain", "slow down\n", { "retry-after": "3" });
    case "redirect":
      return reply(response, 302, "text/html", HTML_PAGE, { location: "https://portal.example/login" });
    case "break":
      request.socket.destroy();
      return;
    case "never":
      return;
  }
}

function gatewayOf(event: unknown): string | undefined {
  const source: unknown = (event as { readonly source?: unknown } | undefined)?.source;
  return typeof source === "string" ? source.replace(/^gatehouse\//, "") : undefined;
}

type Items = { readonly list: readonly unknown[] } | { readonly status: number; readonly reason: string };

function itemsOf(contentType: string | undefined, body: Buffer): Items {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  const batch = type === "application/cloudevents-batch+json";
  if (!batch && type !== "application/cloudevents+json") {
    return { status: 415, reason: `want application/cloudevents-batch+json, got ${contentType ?? "no content type"}` };
  }
  try {
    const json: unknown = JSON.parse(body.toString("utf8"));
    if (!batch) return { list: [json] };
    if (Array.isArray(json)) return { list: json };
    return { status: 400, reason: "a batch must be an array" };
  } catch {
    return { status: 400, reason: `not JSON: ${body.length} bytes` };
  }
}

const refuse = (response: ServerResponse, status: number, reason: string): void =>
  reply(response, status, "application/json", JSON.stringify({ error: reason }));

function reply(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...more, "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
