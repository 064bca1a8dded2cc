/** What is no row of the table, or no request at all: refused before a byte of it is kept, in the catalogue's words. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import { FakeClock } from "@gatehouse/protocol/testing";
import { openConsoleRig, RIG_HOST, TEST_CA } from "gatehouse/testing";
import { describe, expect, test } from "vitest";
import { type ConsoleServer, openConsoleServer } from "../support/console-server.ts";

interface Heard {
  readonly status: number;
  readonly head: string;
  readonly code: string;
  readonly message: string;
}

async function dial({ port }: ConsoleServer): Promise<TLSSocket> {
  const socket = connect({ host: RIG_HOST, port, ca: TEST_CA });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

/** Bytes as they stand; the answer until the far end closes. */
async function say(server: ConsoleServer, text: string): Promise<Heard> {
  const socket = await dial(server);
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  const closed = once(socket, "close");
  socket.write(text);
  await closed;
  const [head = "", body = ""] = Buffer.concat(parts).toString().split("\r\n\r\n");
  const { code = "", message = "" } = JSON.parse(body === "" ? "{}" : body) as { code?: string; message?: string };
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), code, message };
}

const lines = (...all: readonly string[]) =>
  `${[...all, `host: ${RIG_HOST}`, "connection: close"].join("\r\n")}\r\n\r\n`;

describe("a path of the table in a way it does not have", () => {
  test.each([
    ["DELETE", "/api/1/spaces", "GET"],
    ["GET", "/api/1/claim", "POST"],
    ["PUT", "/api/1/session", "POST, GET, DELETE"],
    ["OPTIONS", "/api/1/jobs/x1", "GET, DELETE"],
    ["QUERY", "/api/1/spaces", "GET"],
    ["HEAD", "/", "GET"],
    ["POST", "/api/1/openapi.json", "GET"],
  ])("%s %s says which there are", async (method, url, methods) => {
    const rig = await openConsoleRig();
    const headers = { host: RIG_HOST, "accept-language": "en" };
    const answer = await rig.app.inject({ method: method as "GET", url, headers });
    expect([answer.statusCode, answer.headers["allow"]]).toEqual([405, methods]);
    if (method === "HEAD") return;
    expect(answer.json()).toMatchObject({ code: "wrong-method", message: `This address takes no ${method}.` });
  });

  test.each(["POST", "QUERY", "PROPFIND"])("%s where there is nothing at all", async (method) => {
    const rig = await openConsoleRig();
    const answer = await rig.app.inject({ method: method as "GET", url: "/nothing", headers: { host: RIG_HOST } });
    expect([answer.statusCode, answer.json().code]).toEqual([404, "not-found"]);
    expect(rig.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

test("nobody's body is read for an address that does not exist: strangers would fill the memory with them", async () => {
  await using server = await openConsoleServer();
  for (const length of ["content-length: 1000000", "transfer-encoding: chunked"]) {
    const head = lines("POST /nothing HTTP/1.1", "content-type: application/octet-stream", length);
    const { status, code } = await say(server, head.replace("connection: close\r\n", ""));
    expect([status, code]).toEqual([404, "not-found"]);
  }
});

test("whose small body is refused may send it to its end, and ask on: a browser sees the answer, no broken connection", async () => {
  await using server = await openConsoleServer();
  const socket = await dial(server);
  let heard = "";
  socket.on("data", (part: Buffer) => {
    heard += part;
  });
  const told = async (text: string) => {
    while (!heard.includes(text)) await once(socket, "data");
  };
  const body = JSON.stringify({ code: "x".repeat(20_000) });
  const head = lines("POST /api/1/claim HTTP/1.1", "content-type: application/json", `content-length: ${body.length}`);
  socket.write(head.replace("connection: close\r\n", ""));
  await told('"code":"too-large"');
  expect(heard.toLowerCase()).not.toContain("connection: close");
  socket.write(body);
  socket.write(lines("GET /api/1/hello HTTP/1.1"));
  await told("HTTP/1.1 200");
  socket.destroy();
});

test("who hangs up in the middle of a body is no fault of the program", async () => {
  await using server = await openConsoleServer();
  const { cookie, headers } = server.rig.signed("technician");
  const socket = await dial(server);
  const token = `x-gatehouse-csrf: ${headers["x-gatehouse-csrf"]}`;
  const more = ["content-type: text/csv", "content-length: 9000", `cookie: ${cookie}`, token];
  const asked = once(server.rig.app.server, "request") as Promise<[IncomingMessage]>;
  socket.write(`${lines("POST /api/1/rooms/read HTTP/1.1", ...more)}room`);
  const [request] = await asked;
  const broken = new Promise<void>((resolve) => request.once("close", () => resolve()));
  socket.destroy();
  await broken;
  expect((await say(server, lines("GET /api/1/hello HTTP/1.1"))).status).toBe(200);
  expect(server.rig.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

describe("what is no request", () => {
  test.each([
    ["another protocol", "\x16\x03 garbage\r\n\r\n", 400, "not-http"],
    ["a method nobody knows", lines("FOO / HTTP/1.1"), 400, "not-http"],
    [
      "two lengths",
      `${lines("POST / HTTP/1.1", "content-length: 5", "transfer-encoding: chunked")}0\r\n\r\n`,
      400,
      "not-http",
    ],
    ["headers without end", lines("GET / HTTP/1.1", `x: ${"a".repeat(17_000)}`), 431, "headers-too-large"],
    ["an address that is no text", lines("GET /api/1/spaces/%ff HTTP/1.1"), 404, "not-found"],
  ])("%s", async (_, text, status, code) => {
    await using server = await openConsoleServer();
    const heard = await say(server, text);
    expect([heard.status, heard.code]).toEqual([status, code]);
    expect(heard.head).toContain("x-content-type-options: nosniff");
    expect(heard.head).toContain("cache-control: no-store");
  });

  test("the reader's language counts there too", async () => {
    await using server = await openConsoleServer();
    const wrong = (language: string) =>
      say(server, lines("GET / HTTP/1.1", `accept-language: ${language}`, "content-length: x"));
    expect((await wrong("en-GB")).message).toBe("This is no whole and valid HTTP request.");
    expect((await wrong("zh-CN")).message).toBe("请求不是完整有效的 HTTP。");
  });

  test("an address that is no text, by a name that is not this box's", async () => {
    await using server = await openConsoleServer();
    const heard = await say(server, "GET /%zz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    expect([heard.status, heard.code]).toEqual([421, "wrong-host"]);
  });
});

test("however the address of a row is written, it counts as a row", async () => {
  for (const url of ["/api/1/hello", "/%61pi/1/hello", `https://${RIG_HOST}/api/1/hello`]) {
    const rig = await openConsoleRig({ clock: new FakeClock() });
    const statuses = [];
    for (let i = 0; i < 245; i++)
      statuses.push((await rig.app.inject({ url, headers: { host: RIG_HOST } })).statusCode);
    expect([url, ...statuses.slice(240)]).toEqual([url, 429, 429, 429, 429, 429]);
  }
});
