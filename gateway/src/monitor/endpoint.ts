/** The local HTTP endpoint for monitoring: /metrics and /healthz, loopback by default. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "@gatehouse/protocol";
import type { HealthEntry } from "../core/health.ts";
import { buildRegistry, type Metric, renderMetrics } from "./metrics.ts";

export interface EndpointOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: readonly Metric[];
  readonly health: () => readonly HealthEntry[];
}

export interface Endpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Codes with which nothing can be taken in any more: a supervisor may want to know by status 503. */
const FATAL_CODES: readonly string[] = ["storage-failing", "storage-full"];

/** Throws ConfigError when the address is taken. */
export async function openEndpoint({ host, port, metrics, health }: EndpointOptions): Promise<Endpoint> {
  const registry = buildRegistry(metrics);
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "text/plain", "only GET\n");
    else if (path === "/metrics") {
      renderMetrics(registry, metrics).then(
        (text) => answer(response, 200, "text/plain; version=0.0.4; charset=utf-8", text),
        () => answer(response, 500, "text/plain", "metrics are not available\n"),
      );
    } else if (path === "/healthz") {
      const codes = health();
      const status = codes.some(({ code }) => FATAL_CODES.includes(code)) ? 503 : 200;
      answer(response, status, "application/json", JSON.stringify(healthBody(codes)));
    } else answer(response, 404, "text/plain", "try /metrics or /healthz\n");
  });
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new ConfigError(
          {
            path: "--monitor",
            reason: `cannot listen on ${host}:${port}: ${cause.message}`,
            fix: "choose another address with --monitor HOST:PORT, or end what uses it",
          },
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `status` is `ok` without any code, else `degraded`. */
export function healthBody(codes: readonly HealthEntry[]): object {
  return {
    status: codes.length === 0 ? "ok" : "degraded",
    codes: codes.map(({ code, subject, detail, sinceMs }) => ({
      code,
      subject,
      detail,
      since: new Date(sinceMs).toISOString(),
    })),
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(body);
}
