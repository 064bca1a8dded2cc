/** The client against a real HTTP server of our own. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addressOf, type Client, createClient } from "./client.ts";
import { CallProblem } from "./problem.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let server: Server;
let origin: string;
let seen: Seen[];
let say: { status: number; body: string };
let signedOut: number;
let language: "zh" | "en";

async function listen(): Promise<void> {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(say.status, { "content-type": "application/json" }).end(say.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  seen = [];
  say = { status: 200, body: "{}" };
  signedOut = 0;
  language = "zh";
  await listen();
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const clientOf = (): Client =>
  createClient({
    fetch: (path, options) => fetch(`${origin}${String(path)}`, options),
    language: () => language,
    unreachable: () => ({ code: "unreachable", message: "the box cannot be reached" }),
    onSignedOut: () => {
      signedOut++;
    },
  });

const refusal = async (work: Promise<unknown>): Promise<CallProblem> => {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof CallProblem)) throw new Error(`not refused but ${String(problem)}`);
  return problem;
};

describe("addresses", () => {
  test("names of the path and the query are filled in and escaped", () => {
    expect(addressOf("GET /api/1/spaces/:id", { params: { id: "a/b?c" } })).toBe("/api/1/spaces/a%2Fb%3Fc");
    expect(addressOf("GET /api/1/spaces", { query: { search: "3 & 4", limit: 10 } })).toBe(
      "/api/1/spaces?search=3+%26+4&limit=10",
    );
    expect(addressOf("GET /api/1/alerts/:id/photos/:photo", { params: { id: "alr_1", photo: "p" } })).toBe(
      "/api/1/alerts/alr_1/photos/p",
    );
  });
});

describe("calls", () => {
  test("the answer comes back, and the reader's language goes along", async () => {
    say = { status: 200, body: '{"prompts":[]}' };
    expect(await clientOf().call("GET /api/1/prompts")).toEqual({ prompts: [] });
    language = "en";
    await clientOf().call("GET /api/1/prompts");
    expect(seen.map(({ headers }) => headers["accept-language"])).toEqual(["zh-CN", "en"]);
  });

  test("only what changes something bears the csrf token", async () => {
    const client = clientOf();
    client.csrf = "token";
    await client.call("GET /api/1/prompts");
    await client.call("POST /api/1/deeds", { body: { do: "report-present" } });
    expect(seen.map(({ headers }) => headers["x-gatehouse-csrf"])).toEqual([undefined, "token"]);
    expect(seen[1]).toMatchObject({ method: "POST", body: '{"do":"report-present"}' });
    expect(seen[1]?.headers["content-type"]).toBe("application/json");
  });

  test("what no address should show goes in the header, whatever is written in it", async () => {
    const headers = { "x-gatehouse-passphrase": "长城 100% ü" };
    await clientOf().call("POST /api/1/restores", { headers, body: new Blob(["x"]) });
    expect(seen[0]?.url).toBe("/api/1/restores");
    expect(decodeURIComponent(String(seen[0]?.headers["x-gatehouse-passphrase"]))).toBe("长城 100% ü");
  });

  test("a file goes as it is, under its own type", async () => {
    const body = new Blob(["\u0001\u0002"], { type: "image/png" });
    await clientOf().call("POST /api/1/alerts/:id/photos", { params: { id: "alr_1" }, body });
    expect(seen[0]).toMatchObject({ url: "/api/1/alerts/alr_1/photos", body: "\u0001\u0002" });
    expect(seen[0]?.headers["content-type"]).toBe("image/png");
  });
});

describe("refusals", () => {
  test("a refusal has its code, its sentence, what to do, and its rows", async () => {
    const body = { code: "config-invalid", message: "不能使用", fix: "请修改", problems: [{ path: "a", reason: "b" }] };
    say = { status: 422, body: JSON.stringify(body) };
    const problem = await refusal(clientOf().call("GET /api/1/prompts"));
    expect(problem).toMatchObject({ status: 422, code: "config-invalid", message: "不能使用", problem: body });
    expect(problem.unreachable).toBe(false);
    expect(signedOut).toBe(0);
  });

  test("a session that is over is told, but not a wrong password", async () => {
    say = { status: 401, body: '{"code":"sign-in","message":"x"}' };
    await refusal(clientOf().call("GET /api/1/prompts"));
    expect(signedOut).toBe(1);
    await refusal(clientOf().call("POST /api/1/session", { body: { name: "a", password: "b" } }));
    expect(signedOut).toBe(1);
  });

  test("a box that is not there, and an answer that is none, are both unreachable", async () => {
    say = { status: 502, body: "<html>" };
    expect((await refusal(clientOf().call("GET /api/1/prompts"))).unreachable).toBe(true);
    say = { status: 500, body: '{"strange":1}' };
    expect(await refusal(clientOf().call("GET /api/1/prompts"))).toMatchObject({ status: 500, code: "unreachable" });
    origin = "http://127.0.0.1:1";
    expect(await refusal(clientOf().call("GET /api/1/prompts"))).toMatchObject({ status: 0, code: "unreachable" });
  });

  test("an aborted call ends as an abort, not as a problem", async () => {
    const signal = AbortSignal.abort();
    await expect(clientOf().call("GET /api/1/prompts", {}, { signal })).rejects.toHaveProperty("name", "AbortError");
  });
});
