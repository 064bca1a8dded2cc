import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, Agent as SecureAgent, type ServerOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import {
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_CLIENT_KEY,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
} from "../testing/certificates.ts";
import { type PostOptions, post } from "./post.ts";

const SERVER_TLS = { cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY };

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function listening(server: Server, host = "127.0.0.1"): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, host);
  await once(server, "listening");
  cleanUps.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void;

/** Answers each request once its body is there. */
const answering = (answer: Answer) => (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(response, request, Buffer.concat(chunks).toString("utf8")));
};

const httpPort = (answer: Answer) => listening(createServer(answering(answer)));
const httpsPort = (answer: Answer, options: ServerOptions = {}) =>
  listening(createSecureServer({ ...SERVER_TLS, ...options }, answering(answer)));

function optionsFor(url: string, change: Partial<PostOptions> = {}): PostOptions {
  const agent = change.agent ?? new Agent({ keepAlive: true });
  cleanUps.push(() => agent.destroy());
  return {
    url: new URL(url),
    agent,
    headers: { "content-type": "text/plain" },
    clock: systemClock,
    connectMs: 10_000,
    answerMs: 30_000,
    maxAnswerBytes: 1_000,
    ...change,
  };
}

const plain = (port: number, change?: Partial<PostOptions>) => optionsFor(`http://127.0.0.1:${port}/in`, change);
const secure = (port: number, tls: ConstructorParameters<typeof SecureAgent>[0], host = "localhost") =>
  optionsFor(`https://${host}:${port}/in`, { agent: new SecureAgent({ keepAlive: true, ...tls }) });

/** Advances until it has failed; asks more often than any deadline is long. */
async function failureOf(posting: Promise<unknown>, clock?: FakeClock): Promise<LinkError> {
  const state = { done: false };
  const outcome = posting
    .catch((error: unknown) => error)
    .finally(() => {
      state.done = true;
    });
  while (clock !== undefined && !state.done) await clock.advance(1_000);
  const failure = await outcome;
  expect(failure).toBeInstanceOf(LinkError);
  return failure as LinkError;
}

describe("a post", () => {
  it("brings its body and headers, and comes back with status, type and text", async () => {
    const port = await httpPort((response, request, body) => {
      response.writeHead(201, { "content-type": "text/x" });
      response.end(`${request.method} ${request.url} ${request.headers["content-type"]} ${body}`);
    });
    expect(await post(plain(port), "楼 302", [])).toMatchObject({
      status: 201,
      contentType: "text/x",
      text: "POST /in text/plain 楼 302",
    });
  });

  it("keeps its connection for the next one", async () => {
    const ports = new Set<number | undefined>();
    const port = await httpPort((response, request) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const options = plain(port);
    for (let i = 0; i < 3; i++) expect((await post(options, "x", [])).contentType).toBe("no content type");
    expect(ports.size).toBe(1);
  });

  it("does not follow a redirect", async () => {
    const port = await httpPort((response, request) => {
      response.writeHead(request.url === "/in" ? 307 : 200, { location: "/other" });
      response.end("there");
    });
    expect(await post(plain(port), "x", [])).toMatchObject({ status: 307 });
  });

  it("gives up on a server that does not answer", async () => {
    const clock = new FakeClock();
    const arrived = Promise.withResolvers<void>();
    const port = await httpPort(() => arrived.resolve());
    const posting = post(plain(port, { clock }), "x", []);
    await arrived.promise;
    expect(await failureOf(posting, clock)).toMatchObject({
      code: "timeout",
      message: `POST http://127.0.0.1:${port}: no answer within 30000 ms`,
    });
    expect(clock.monoMs()).toBe(30_000);
    expect(clock.waiting).toBe(0);
  });

  it("gives up on a server that begins to answer and does not finish", async () => {
    const clock = new FakeClock();
    const began = Promise.withResolvers<void>();
    const port = await httpPort((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => began.resolve());
    });
    const posting = post(plain(port, { clock }), "x", []);
    await began.promise;
    expect(await failureOf(posting, clock)).toMatchObject({ code: "timeout" });
  });

  it("gives up sooner on a connection that does not come to stand", async () => {
    const clock = new FakeClock();
    const accepted = Promise.withResolvers<void>();
    // Takes the connection and never says hello in TLS.
    const port = await listening(createTcpServer(() => accepted.resolve()));
    const agent = new SecureAgent({ ca: TEST_CA });
    const posting = post(optionsFor(`https://localhost:${port}/in`, { agent, clock }), "x", []);
    await accepted.promise;
    expect(await failureOf(posting, clock)).toMatchObject({
      code: "timeout",
      message: `POST https://localhost:${port}: connecting: no answer within 10000 ms`,
    });
    expect(clock.monoMs()).toBe(10_000);
  });

  it("ends at once when it is no longer wanted, and its connection with it", async () => {
    const arrived = Promise.withResolvers<Socket>();
    const port = await httpPort((_response, request) => arrived.resolve(request.socket));
    const stop = new AbortController();
    const posting = post(plain(port), "x", [new AbortController().signal, stop.signal]);
    const socket = await arrived.promise;
    stop.abort();
    expect(await failureOf(posting)).toMatchObject({ code: "closed" });
    await once(socket, "close");
  });

  it("does not begin what is not wanted", async () => {
    let requests = 0;
    const port = await httpPort(() => {
      requests += 1;
    });
    expect(await failureOf(post(plain(port), "x", [AbortSignal.abort()]))).toMatchObject({ code: "closed" });
    await settle();
    expect(requests).toBe(0);
  });

  it("takes no answer that is longer than agreed, however it comes", async () => {
    const port = await httpPort((response) => {
      for (let i = 0; i < 20; i++) response.write("x".repeat(100));
      response.end();
    });
    expect(await failureOf(post(plain(port), "x", []))).toMatchObject({
      code: "refused",
      message: `POST http://127.0.0.1:${port}: the answer is longer than 1000 bytes`,
    });
    const exact = await httpPort((response) => response.end("x".repeat(1_000)));
    expect((await post(plain(exact), "x", [])).text).toHaveLength(1_000);
  });

  it("breaks with its connection, before the answer and within", async () => {
    const before = await httpPort((_response, request) => request.socket.destroy());
    expect(await failureOf(post(plain(before), "x", []))).toMatchObject({ code: "closed" });
    const within = await httpPort((response, request) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => request.socket.destroy());
    });
    expect(await failureOf(post(plain(within), "x", []))).toMatchObject({ code: "closed" });
  });

  it("breaks on what is no HTTP", async () => {
    const port = await listening(createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9\r\n")));
    expect((await failureOf(post(plain(port), "x", []))).message).toContain("Parse Error");
  });

  it("says when nobody is there", async () => {
    const server = createTcpServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    expect(await failureOf(post(plain(port), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("hears an answer that comes before its body is taken", async () => {
    const port = await listening(
      createServer((_request, response) => {
        response.writeHead(413, { connection: "close" });
        response.end("at most 100 KB");
      }),
    );
    const answer = await post(plain(port), "x".repeat(512 * 1024), []);
    expect(answer).toMatchObject({ status: 413, text: "at most 100 KB" });
  });
});

describe("a post over TLS", () => {
  const ok: Answer = (response) => response.end("ok");

  it("believes a server whose authority it is given", async () => {
    const port = await httpsPort(ok);
    expect((await post(secure(port, { ca: TEST_CA }), "x", [])).text).toBe("ok");
  });

  it.each([
    ["no authority", {}],
    ["another authority", { ca: TEST_CLIENT_CERT }],
    ["an authority that is no certificate", { ca: "city-ca.pem" }],
  ])("refuses a server it cannot trust, and says where to name the authority: %s", async (_name, tls) => {
    const port = await httpsPort(ok);
    expect(await failureOf(post(secure(port, tls), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringMatching(
        /^POST https:\/\/localhost:\d+: its certificate is not from an authority this gateway knows \(paste the platform's CA certificate .*`tls\.ca`; .*`wecom`.*\)$/,
      ),
    });
  });

  it("refuses a certificate for another name", async () => {
    const port = await listening(createSecureServer(SERVER_TLS, answering(ok)), "127.0.0.2");
    expect(await failureOf(post(secure(port, { ca: TEST_CA }, "127.0.0.2"), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringContaining("write the name that stands in its certificate into `url`"),
    });
  });

  it("shows its own certificate where it is asked for, and says so when it has none", async () => {
    const port = await httpsPort(ok, { ca: TEST_CA, requestCert: true, rejectUnauthorized: true });
    const own = { ca: TEST_CA, cert: TEST_CLIENT_CERT, key: TEST_CLIENT_KEY };
    expect((await post(secure(port, own), "x", [])).text).toBe("ok");
    expect(await failureOf(post(secure(port, { ca: TEST_CA }), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringContaining("check `tls.cert` and `tls.key`"),
    });
  });

  it.each([
    ["is no PEM", { cert: "cert", key: "key" }],
    ["does not belong to its key", { cert: TEST_CLIENT_CERT, key: TEST_SERVER_KEY }],
  ])("says when its own certificate %s", async (_name, own) => {
    const port = await httpsPort(ok);
    expect(await failureOf(post(secure(port, { ca: TEST_CA, ...own }), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringContaining("must be a PEM certificate and the private key that belongs to it"),
    });
  });

  it("says when the other side does not speak TLS", async () => {
    const port = await httpPort(ok);
    expect(await failureOf(post(secure(port, { ca: TEST_CA }), "x", []))).toMatchObject({
      code: "refused",
      message: expect.stringContaining("does not speak TLS"),
    });
  });
});
