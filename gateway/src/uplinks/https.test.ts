import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import {
  CloudEvent,
  type Command,
  formatSequence,
  InvariantError,
  LinkError,
  RejectedError,
} from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import {
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_CLIENT_KEY,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
} from "../testing/certificates.ts";
import { owedItems, uplinkDeps } from "../testing/uplink-items.ts";
import { HttpsConfig, httpsUplink } from "./https.ts";

interface Posted {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse, posted: Posted) => void;

const never = new AbortController().signal;
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

/** A platform that answers by `answer`, and an uplink to it. */
async function open(answer: Answer, config: Record<string, unknown> = {}) {
  const posts: Posted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      const posted = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
      posts.push(posted);
      answer(response, posted);
    });
  });
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clock = new FakeClock();
  const deps = uplinkDeps(clock);
  const url = `http://127.0.0.1:${port}/ingest?site=7`;
  const uplink = httpsUplink.create("city", HttpsConfig.parse({ url, ...config }), deps);
  const stop = new AbortController();
  const ended = uplink.run(stop.signal);
  cleanUps.push(() => {
    stop.abort();
    server.closeAllConnections();
    server.close();
  });
  return { uplink, posts, sockets, stop, ended, clock, log: deps.log, port };
}

const answers =
  (status: number, body: string, type = "application/json", headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(body);
  };

const receipt = (accepted: readonly number[], rejected: readonly number[] = [], more: object = {}) =>
  JSON.stringify({
    accepted: accepted.map(formatSequence),
    rejected: rejected.map((seq) => ({ sequence: formatSequence(seq), reason: "bad" })),
    ...more,
  });

describe("a batch over HTTPS", () => {
  it("is a POST of CloudEvents in batch format, each event as it stands in the outbox", async () => {
    const { uplink, posts } = await open(answers(200, receipt([1, 2, 3])));
    const batch = owedItems(1, 3);
    await uplink.send(batch, never);
    const [posted] = posts;
    expect(posted).toMatchObject({ method: "POST", path: "/ingest?site=7" });
    expect(posted?.headers).toMatchObject({
      "content-type": "application/cloudevents-batch+json",
      accept: "application/json",
      "content-length": String(Buffer.byteLength(posted?.body ?? "")),
    });
    expect(posted?.body).toBe(`[${batch.map(({ text }) => text).join(",")}]`);
    const events = JSON.parse(posted?.body ?? "") as unknown[];
    expect(events.map((event) => CloudEvent.parse(event).sequence)).toEqual([1, 2, 3].map(formatSequence));
    expect(posts).toHaveLength(1);
  });

  it("is accepted, rejected or kept, item by item, as the receipt says", async () => {
    const { uplink } = await open(answers(200, receipt([1, 3, 99], [4])));
    expect(await uplink.send(owedItems(1, 5), never)).toEqual({
      accepted: [1, 3],
      rejected: [{ seq: 4, reason: "bad" }],
    });
  });

  it("may be receipted with any 2xx", async () => {
    const { uplink } = await open(answers(202, receipt([1]), "text/plain"));
    expect((await uplink.send(owedItems(1, 1), never)).accepted).toEqual([1]);
  });

  it.each([
    ["another JSON", "application/json", '{"status":"ok"}'],
    ["nothing", "application/json", ""],
  ])("is kept whole when a 200 brings %s", async (_name, type, body) => {
    const { uplink, port } = await open(answers(200, body, type));
    const failure = await uplink.send(owedItems(1, 1), never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LinkError);
    expect((failure as LinkError).message).toBe(
      `http://127.0.0.1:${port} answered 200 with ${type}, which is no receipt: check the url, or set \`receipt: status\``,
    );
  });

  it.each(["json", "status"])("is kept whole when a 200 brings an HTML page, with receipt: %s", async (mode) => {
    const page = answers(200, "<!doctype html><p>Please sign in", "text/html; charset=utf-8");
    const { uplink } = await open(page, { receipt: mode });
    const failure = await uplink.send(owedItems(1, 1), never).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: "LinkError",
      message: expect.stringContaining("a log-in page of the network"),
    });
  });

  it.each([200, 201, 204])("is accepted by status %i alone where the configuration says so", async (status) => {
    const { uplink } = await open(answers(status, "Thanks", "text/plain"), { receipt: "status" });
    expect(await uplink.send(owedItems(1, 3), never)).toEqual({ accepted: [1, 2, 3], rejected: [] });
  });

  it.each([
    [301, /answered 301 \(redirects are not followed: write the final address; if it is a log-in page/],
    [401, /answered 401: go away \(/],
    [403, /answered 403: go away \(/],
    [404, /check the url/],
    [429, /answered 429: go away \(the platform asks to slow down/],
    [500, /answered 500: go away$/],
    [503, /\/ingest answered 503: go away$/],
  ])("is kept whole after %i, and the operator is told what to do", async (status, message) => {
    for (const mode of ["json", "status"]) {
      const body = status === 301 ? "" : "go\u0000away";
      const { uplink } = await open(answers(status, body, "text/plain", { location: "/x" }), { receipt: mode });
      const failure = await uplink.send(owedItems(1, 2), never).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "LinkError", code: "refused", message: expect.stringMatching(message) });
    }
  });

  it.each([400, 413, 422])("that the platform will never take as it is (%i) is rejected as a whole", async (status) => {
    const { uplink } = await open(answers(status, "event 2 has no lane"));
    const failure = await uplink.send(owedItems(1, 2), never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RejectedError);
    expect((failure as RejectedError).message).toContain("event 2 has no lane");
  });

  it("is kept whole when the answer is endless", async () => {
    const { uplink } = await open(answers(200, " ".repeat(1024 * 1024 + 1)));
    await expect(uplink.send(owedItems(1, 1), never)).rejects.toMatchObject({ name: "LinkError", code: "refused" });
  });

  it("does not wait for a batch of another lane", async () => {
    const held: ServerResponse[] = [];
    const { uplink } = await open((response, { body }) => {
      if (body.includes('"lane":"telemetry"')) held.push(response);
      else answers(200, receipt([100]))(response, { method: "", path: "", headers: {}, body });
    });
    const slow = uplink.send(owedItems(1, 3, "telemetry"), never);
    while (held.length === 0) await settle();
    expect((await uplink.send(owedItems(100, 100, "emergency"), never)).accepted).toEqual([100]);
    held[0]?.end(receipt([1, 2, 3]));
    expect((await slow).accepted).toEqual([1, 2, 3]);
  });
});

describe("commands over HTTPS", () => {
  const command: Command = {
    id: "c1",
    gateway: "g-1",
    target: "lock-302",
    action: "unlock",
    issuedAt: "2026-01-05T08:00:00+08:00",
    notAfter: "2026-01-05T08:00:30+08:00",
    issuer: "city",
  };

  it("come with the receipt, unchecked; what is none costs the receipt nothing", async () => {
    const { uplink, log, stop, ended } = await open(answers(200, receipt([1], [], { commands: ["x", command] })));
    expect((await uplink.send(owedItems(1, 1), never)).accepted).toEqual([1]);
    const commands = uplink.commands(never)[Symbol.asyncIterator]();
    expect([(await commands.next()).value, (await commands.next()).value]).toEqual(["x", command]);
    expect(log.lines).toEqual([]);
    const next = commands.next();
    stop.abort();
    await ended;
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe("an empty batch, by which commands are asked for", () => {
  it("that is answered with no receipt is refused, and does not take the link down", async () => {
    const { uplink } = await open(answers(200, "{}"));
    await expect(uplink.send([], never)).rejects.toThrow(RejectedError);
  });
});

describe("a receipt in which a name stands twice", () => {
  it("counts, but brings no command", async () => {
    const text = '{"accepted":["0000000000000001"],"commands":[{"id":"a","id":"b"}]}';
    const { uplink } = await open(answers(200, text));
    expect((await uplink.send(owedItems(1, 1), never)).accepted).toEqual([1]);
    const first = uplink.commands(AbortSignal.timeout(50))[Symbol.asyncIterator]().next();
    expect(await first).toEqual({ done: true, value: undefined });
  });
});

describe("the uplink over HTTPS", () => {
  it("runs until it is stopped, once, and takes what is under way with it", async () => {
    const arrived = Promise.withResolvers<void>();
    const { uplink, stop, ended } = await open(() => arrived.resolve());
    const sending = uplink.send(owedItems(1, 1), never).catch((error: unknown) => error);
    await arrived.promise;
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    expect(await sending).toMatchObject({ name: "LinkError", code: "closed" });
    await expect(uplink.run(never)).rejects.toBeInstanceOf(InvariantError);
    await expect(uplink.send(owedItems(2, 2), never)).rejects.toMatchObject({ name: "LinkError", code: "closed" });
  });

  it("leaves no connection behind", async () => {
    const { uplink, sockets, stop } = await open(answers(200, receipt([1])));
    await uplink.send(owedItems(1, 1), never);
    const [socket] = sockets;
    expect(socket?.destroyed).toBe(false);
    stop.abort();
    while (!socket?.destroyed) await settle();
    expect(sockets).toHaveLength(1);
  });

  it("keeps nothing for a re-send: the platform itself answers", async () => {
    expect((await open(answers(200, ""))).uplink.graceMs).toBe(0);
  });

  it("speaks TLS with the authority and the certificate of its secrets", async () => {
    const server = createSecureServer(
      { cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY, ca: TEST_CA, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        request.resume();
        request.on("end", () => response.end(receipt([1])));
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const secrets = {
      "ca.pem": TEST_CA,
      "g.pem": TEST_CLIENT_CERT,
      "g.key": TEST_CLIENT_KEY,
      "other.pem": TEST_CLIENT_CERT,
    };
    const send = (tls: object) => {
      const config = HttpsConfig.parse({ url, tls });
      const uplink = httpsUplink.create("city", config, uplinkDeps(new FakeClock(), secrets));
      const stop = new AbortController();
      cleanUps.push(() => stop.abort());
      void uplink.run(stop.signal);
      return uplink.send(owedItems(1, 1), never);
    };
    const own = { cert: { file: "g.pem" }, key: { file: "g.key" } };
    expect((await send({ ca: { file: "ca.pem" }, ...own })).accepted).toEqual([1]);
    await expect(send({ ca: { file: "other.pem" }, ...own })).rejects.toThrow("`tls.ca`");
    await expect(send({ ca: { file: "ca.pem" } })).rejects.toThrow("check `tls.cert` and `tls.key`");
  });

  it("is configured with an address and little else", () => {
    expect(HttpsConfig.parse({ url: "https://city.example/in" })).toMatchObject({ receipt: "json" });
    expect(HttpsConfig.safeParse({ url: "http://city.example/in" }).success).toBe(false);
    expect(HttpsConfig.safeParse({ url: "https://city.example/in", receipt: "broker" }).success).toBe(false);
    expect(HttpsConfig.safeParse({ url: "https://city.example/in", retries: 3 }).success).toBe(false);
  });
});
