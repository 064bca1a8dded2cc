/** The console as a Fastify application that does not listen: every row of the table with its checks, the page, the live feed. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@gatehouse/protocol";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../core/ports.ts";
import { mayUse } from "./access.ts";
import type { Accounts } from "./accounts/accounts.ts";
import { isSameText, type LiveSession, type Sessions } from "./accounts/sessions.ts";
import { LiveFeed } from "./live-feed.ts";
import { openApiDocument } from "./openapi.ts";
import type { Audit, LiveSources } from "./ports.ts";
import { doneOf, isRecorded } from "./recorded.ts";
import { Refusal } from "./refusal.ts";
import { type SessionParts, sessionAnswers } from "./session-answers.ts";
import { type Answers, API, type ApiKey, type FileContent } from "./table/index.ts";
import type { Route } from "./table/route.ts";
import type { sessionRoutes } from "./table/session.ts";
import { CSRF_HEADER, cookieIn, cookieText, SESSION_COOKIE, UNATTENDED_HEADER, type Visit } from "./visit.ts";
import { askedOf, bodyLimitOf, checkContentType } from "./web/asked.ts";
import { takeBodies } from "./web/bodies.ts";
import { Connections } from "./web/connections.ts";
import { checkHost, checkOrigin, FILE_LIMITS, RequestRate } from "./web/guard.ts";
import { noRow } from "./web/no-row.ts";
import { PageFiles } from "./web/page-files.ts";
import { fail, languageFor, mustFit, sendFile, sendJson } from "./web/replies.ts";
import { securityHeaders } from "./web/security-headers.ts";
import { turnAway } from "./web/turn-away.ts";

/** Rows other than those about sessions, which the console answers itself. */
export type OtherKey = Exclude<ApiKey, keyof typeof sessionRoutes>;

export interface ConsoleParts extends Omit<SessionParts, "nowMs" | "monoMs"> {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Of what happens on the site; a demo's days take seconds. */
  readonly siteClock: Pick<Clock, "nowMs" | "scale">;
  readonly log: Logger;
  readonly audit: Audit;
  /** Tests leave rows out, which then say 501; `openConsole` wants them all. */
  readonly answers: Partial<Answers<OtherKey>>;
  readonly live: LiveSources;
  readonly bootId: string;
  /** Names and addresses this box goes by, in small letters, without ports and brackets. */
  readonly hosts: () => ReadonlySet<string>;
  /** The folder of the built page. */
  readonly pageDir?: string;
  /** The box's own certificate authority, PEM, for browsers to trust. */
  readonly caPem: () => string | undefined;
  /** Large bodies lie here for as long as they are asked about. */
  readonly spoolDir: string;
  /** By TLS; false on loopback in tests alone. */
  readonly secure: boolean;
  /** A certificate of the operator's own. */
  readonly strictTransport: boolean;
  /** Without it a plain one that is never opened, for `inject`. */
  readonly makeServer?: (listener: RequestListener) => Server;
  /** Tests: an answer that its row's schema refuses is a bug. */
  readonly checkAnswers?: boolean;
}

export interface Console {
  readonly app: FastifyInstance;
  readonly feed: LiveFeed;
  readonly connections: Connections;
}

interface Known {
  readonly session: LiveSession | undefined;
  readonly roles: Visit["roles"] | undefined;
}

/** Nobody who is not signed in keeps a connection busy with a body for longer. */
const STRANGERS_BODY_MS = 10_000;

export function buildConsole(parts: ConsoleParts): Console {
  const connections = new Connections();
  const rate = new RequestRate(parts.clock);
  const fileRate = new RequestRate(parts.clock, FILE_LIMITS);
  const makeServer = parts.makeServer ?? ((listener) => createServer(listener));
  const headers = securityHeaders(parts.strictTransport);
  const app = Fastify({
    serverFactory: (listener) => makeServer(listener as RequestListener),
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { caseSensitive: true, maxParamLength: 200 },
    forceCloseConnections: true,
    return503OnClosing: true,
    clientErrorHandler: (error, socket) => turnAway(error, socket, headers),
    // No hook is asked about an address that cannot be read.
    frameworkErrors: (error, request, reply) => {
      const refused = caught(() => checkHost(request.headers.host, parts.hosts));
      void fail(parts.log, refused ?? error, request, reply.headers(headers));
    },
  });
  const feed = new LiveFeed(parts, connections);
  takeBodies(app, parts.spoolDir);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headers);
    checkHost(request.headers.host, parts.hosts);
    const unattended = request.headers[UNATTENDED_HEADER] !== undefined;
    const session = parts.sessions.use(cookieIn(request.headers.cookie, SESSION_COOKIE), unattended);
    const bucket = isFile(request) ? fileRate : rate;
    bucket.take(session === undefined ? RequestRate.ofAddress(request.ip) : `by ${session.id}`);
    sessionOf.set(request.raw, session);
    // Before the body: for what is not there nothing is read.
    if (request.is404) throw noRow(request);
  });
  app.setErrorHandler((error, request, reply) => fail(parts.log, error, request, reply));
  app.setNotFoundHandler((request, reply) => fail(parts.log, noRow(request), request, reply));
  const own = sessionAnswers({ ...parts, nowMs: () => parts.clock.nowMs(), monoMs: () => parts.clock.monoMs() });
  const answers = { ...parts.answers, ...own } as unknown as Partial<Record<ApiKey, AnyAnswer>>;
  for (const [key, row] of Object.entries(API) as [ApiKey, Route][])
    addRow(app, parts, connections, key, row, answers[key]);
  addFixed(app, parts);
  app.server.on("upgrade", (request, socket, head) => feed.upgrade(request, socket as Socket, head));
  return { app, feed, connections };
}

/** Of the page itself: it costs the box little. By the row that was found, as an address can be written in many ways. */
const isFile = ({ is404, routeOptions: { url } }: FastifyRequest): boolean =>
  !is404 && url?.startsWith("/api/") === false;

function caught(check: () => void): unknown {
  try {
    check();
  } catch (error) {
    return error;
  }
  return undefined;
}

type AnyAnswer = (asked: unknown, visit: Visit) => Promise<unknown>;

function addRow(
  app: FastifyInstance,
  parts: ConsoleParts,
  connections: Connections,
  key: ApiKey,
  row: Route,
  answer: AnyAnswer | undefined,
): void {
  const [method = "GET", url = "/"] = key.split(" ");
  const known = new WeakMap<FastifyRequest, Known>();
  app.route({
    method,
    url,
    bodyLimit: bodyLimitOf(row),
    config: { spool: row.binary?.spool === true },
    onRequest: async (request, reply) => {
      const found = whoIs(parts, request);
      known.set(request, found);
      if (method !== "GET") checkOrigin(request.headers, parts.secure);
      checkAccess(row, found, key);
      if (found.session !== undefined) connections.trust(request.raw.socket);
      else if (method !== "GET") watchBody(parts.clock, request, reply);
      if (method !== "GET" && row.access !== "public") checkCsrf(request, found.session);
      checkContentType(row, request.headers["content-type"]);
    },
    handler: async (request, reply) => {
      const visit = visitOf(request, reply, known.get(request));
      if (answer === undefined) throw new Refusal("not-built");
      const said = await answer(askedOf(row, request), visit);
      if (isRecorded(key, request)) parts.audit.record(doneOf(key, visit.name, request));
      reply.header("cache-control", "no-store");
      if (row.file !== undefined) return sendFile(reply, said as FileContent);
      if (parts.checkAnswers) mustFit(row, key, said);
      return sendJson(request, reply, JSON.stringify(said));
    },
  });
}

/** As found once, when a request came. */
const sessionOf = new WeakMap<object, LiveSession | undefined>();

function whoIs({ accounts }: ConsoleParts, request: FastifyRequest): Known {
  const session = sessionOf.get(request.raw);
  const account = session === undefined ? undefined : accounts.find(session.name);
  if (session === undefined || account === undefined || account.disabled)
    return { session: undefined, roles: undefined };
  return { session, roles: account.mustChange ? [] : account.roles };
}

/** Who must change the password may only do that, see the own session, and leave. */
const BEFORE_CHANGE: readonly string[] = ["GET /api/1/session", "DELETE /api/1/session", "PUT /api/1/session/password"];

function checkAccess({ access }: Route, { session, roles }: Known, key: string): void {
  const verdict = mayUse(access, roles);
  if (verdict === "sign-in") throw new Refusal("sign-in");
  const mustChange = session !== undefined && roles?.length === 0;
  if (mustChange && access !== "public" && !BEFORE_CHANGE.includes(key)) throw new Refusal("change-password");
  if (verdict === "forbidden") {
    throw new Refusal("forbidden", { values: { roles: typeof access === "string" ? access : access.join(", ") } });
  }
}

function checkCsrf(request: FastifyRequest, session: LiveSession | undefined): void {
  const given = request.headers[CSRF_HEADER];
  if (session === undefined || typeof given !== "string" || !isSameText(given, session.csrf))
    throw new Refusal("wrong-csrf");
}

function watchBody(clock: Clock, { raw }: FastifyRequest, reply: FastifyReply): void {
  const cancel = clock.after(STRANGERS_BODY_MS, () => raw.socket.destroy());
  raw.once("end", cancel);
  raw.once("close", cancel);
  reply.raw.once("finish", cancel);
}

function visitOf(request: FastifyRequest, reply: FastifyReply, known: Known | undefined): Visit {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const { headers } = request;
  return {
    name: known?.session?.name ?? "",
    roles: known?.roles ?? [],
    language: languageFor(request),
    address: request.ip,
    signal: gone.signal,
    session: known?.session,
    agent: String(headers["user-agent"] ?? ""),
    cookie: (name) => cookieIn(headers.cookie, name),
    setCookie: (name, value, maxAge) => void reply.header("set-cookie", cookieText(name, value, maxAge)),
  };
}

/** What is there beside the table, for everybody: the page, the API's document, the certificate authority. */
function addFixed(app: FastifyInstance, parts: ConsoleParts): void {
  const page = new PageFiles(parts.pageDir);
  let document: string | undefined;
  app.get("/api/1/openapi.json", async (_, reply) => {
    document ??= JSON.stringify(openApiDocument(parts.version));
    return reply.header("cache-control", "no-cache").type("application/json; charset=utf-8").send(document);
  });
  app.get("/gatehouse-ca.crt", async (_, reply) => {
    const pem = parts.caPem();
    if (pem === undefined) throw new Refusal("not-found");
    const type = "application/x-x509-ca-cert";
    return reply.header("content-disposition", 'attachment; filename="gatehouse-ca.crt"').type(type).send(pem);
  });
  app.get("/*", async (request, reply) => {
    const path = request.url.split("?")[0] ?? "/";
    const { headers } = request;
    const found = page.answer(path, String(headers["accept-encoding"] ?? ""), headers["if-none-match"]);
    if (found === undefined || path.startsWith("/api/")) throw noRow(request);
    if (found === "not-modified") return reply.code(304).send();
    return reply.headers(found.headers).send(found.body);
  });
}
