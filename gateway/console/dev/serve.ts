/**
 * The built page over a made-up site, without a gateway: `node gateway/console/dev/serve.ts [port] [--fresh]`, then http://localhost:8090.
 * `--fresh` is a site that is not set up yet. Every answer is checked against its row of the table. Any name and password sign in; `must` as a name has to change its password,
 * `totp` is asked for a code. Kinds of trouble to look at: `/dev/lose` cuts the live feed for 5 s, `/dev/alert` raises an alert.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, resolve } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { API, type ApiKey } from "../../src/console/table/index.ts";
import type { LiveMessage } from "../../src/console/table/live.ts";
import { contentSecurityPolicy } from "../../src/console/web/security-headers.ts";
import { answersOf, type DevState, newAlert } from "./answers.ts";
import { speak } from "./device-answers.ts";
import { rooms } from "./recorded.ts";

const page = resolve(import.meta.dirname, "../../dist/page");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

const state: DevState = { session: undefined, fresh: process.argv.includes("--fresh"), tell };
const sockets = new Set<WebSocket>();
let lost = false;

function tell(message: LiveMessage): void {
  for (const socket of sockets) socket.send(JSON.stringify(message));
}

function sendFile(path: string, response: ServerResponse): void {
  const name = path === "/" ? "/index.html" : path;
  try {
    const nonce = randomBytes(16).toString("base64");
    const raw = readFileSync(resolve(page, `.${name}`));
    const body = name === "/index.html" ? raw.toString("utf8").replace("__CSP_NONCE__", nonce) : raw;
    response.writeHead(200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "content-security-policy": contentSecurityPolicy(name === "/index.html" ? nonce : undefined),
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function rowAt(method: string, path: string): { key: ApiKey; params: Record<string, string> } | undefined {
  for (const key of Object.keys(API) as ApiKey[]) {
    const [verb, pattern = ""] = key.split(" ");
    const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
    const found = new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`).exec(path);
    if (verb === method && found !== null) {
      return {
        key,
        params: Object.fromEntries(names.map((name, n) => [name, decodeURIComponent(found[n + 1] ?? "")])),
      };
    }
  }
  return undefined;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return request.headers["content-type"] === "application/json" && text !== "" ? JSON.parse(text) : text;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/dev/lose") lose();
  if (url.pathname === "/dev/alert") tell({ about: "alerts", alerts: [newAlert()] });
  if (!url.pathname.startsWith("/api/")) return sendFile(url.pathname, response);
  const say = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const row = rowAt(request.method ?? "GET", url.pathname);
  const given = row === undefined ? undefined : answersOf(state)[row.key];
  if (row === undefined || given === undefined)
    return void say(501, { code: "not-built", message: `${request.method} ${url.pathname} is not recorded` });
  const said = await given({
    params: row.params,
    query: Object.fromEntries(url.searchParams),
    body: await bodyOf(request),
  });
  if (said.status !== undefined) return void say(said.status, said.body);
  const checked = API[row.key].answer.safeParse(said.body);
  if (!checked.success) return void say(500, { code: "fault", message: `${row.key}: ${checked.error.message}` });
  say(200, said.body);
}

function lose(): void {
  lost = true;
  for (const socket of sockets) socket.terminate();
  systemClock.after(5_000, () => {
    lost = false;
  });
}

const server = createServer((request, response) => void answer(request, response));
const live = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  if (lost) socket.destroy();
  else
    live.handleUpgrade(request, socket, head, (opened) => {
      sockets.add(opened);
      opened.on("close", () => sockets.delete(opened));
      const hello = { about: "hello", at: new Date(systemClock.nowMs()).toISOString(), bootId: "dev", everyMs: 20_000 };
      opened.send(JSON.stringify(hello));
    });
});

/** Something moves on the board every second. */
async function move(): Promise<void> {
  for (let n = 0; ; n = (n + 7) % rooms.length) {
    await systemClock.sleep(1_000);
    const row = rooms[n];
    const { estimate } = row ?? {};
    if (row !== undefined && estimate)
      tell({ about: "spaces", spaces: [{ ...row, estimate: { ...estimate, present: n % 5 } }] });
  }
}

server.listen(Number(process.argv[2] ?? 8_090), "127.0.0.1");
void move();
void speak(tell);
