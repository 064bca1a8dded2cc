/// <reference lib="dom" />
/** A foreign page in a real browser in which somebody is signed in: on the box's own address and another port, so that the browser sends the session's cookie with it. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { RIG_HOST, TEST_SERVER_CERT, TEST_SERVER_KEY } from "gatehouse/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openBrowser } from "../support/console-page.ts";
import { type ConsoleServer, openConsoleServer } from "../support/console-server.ts";

const foreign = createServer({ cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY }, (_, answer) =>
  answer.setHeader("content-type", "text/html").end("<title>elsewhere</title><body></body>"),
);
let server: ConsoleServer;
let browser: Browser;
let page: Page;
let done: string[];
/** What came with the session's cookie. */
let carried: string[];

beforeAll(async () => {
  const take = (key: string) => async () => {
    done.push(key);
    return {} as never;
  };
  server = await openConsoleServer({
    answers: { "POST /api/1/backups": take("backup"), "GET /api/1/jobs": take("jobs") },
  });
  server.rig.app.server.on("request", ({ method, url, headers }: IncomingMessage) => {
    if (headers.cookie?.includes("__Host-gatehouse=")) carried.push(`${method} ${url}`);
  });
  foreign.listen(0, RIG_HOST);
  await once(foreign, "listening");
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  foreign.close();
  await server?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  [done, carried] = [[], []];
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-GB" });
  const [name = "", value = ""] = server.rig.signed("technician").cookie.split("=");
  await context.addCookies([{ name, value, url: server.origin, secure: true, httpOnly: true, sameSite: "Strict" }]);
  page = await context.newPage();
  await page.goto(`https://${RIG_HOST}:${(foreign.address() as AddressInfo).port}/`);
  return () => context.close();
});

it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])(
  "a form of the type %s that sends itself",
  async (type) => {
    const answered = page.waitForResponse((response) => response.url().endsWith("/api/1/backups"));
    await page.evaluate(
      ([origin, type]) => {
        const form = document.createElement("form");
        Object.assign(form, { method: "POST", enctype: type, action: `${origin}/api/1/backups` });
        const field = document.createElement("input");
        Object.assign(field, { name: '{"passphrase":"', value: 'known to others"}' });
        form.append(field);
        document.body.append(form);
        form.submit();
      },
      [server.origin, type] as const,
    );
    const answer = await answered;
    expect([answer.status(), (await answer.json()).code]).toEqual([403, "foreign-origin"]);
    expect(carried).toContain("POST /api/1/backups");
    expect(done).toEqual([]);
  },
);

it("scripts that call, read, listen and frame", async () => {
  const outcomes = await page.evaluate(async (origin) => {
    const call = (path: string, options: RequestInit) =>
      fetch(origin + path, { credentials: "include", ...options }).then(
        () => "answered",
        () => "refused",
      );
    const loaded = (tag: "img" | "script", src: string) =>
      new Promise<string>((resolve) => {
        const element = document.createElement(tag);
        element.onload = () => resolve("answered");
        element.onerror = () => resolve("refused");
        element.src = src;
        document.body.append(element);
      });
    const listened = new Promise<string>((resolve) => {
      const socket = new WebSocket(`${origin.replace("https", "wss")}/api/1/live`);
      socket.onopen = () => resolve("answered");
      socket.onerror = () => resolve("refused");
    });
    const json = { "content-type": "application/json" };
    return {
      text: await call("/api/1/backups", { method: "POST", mode: "no-cors", body: "{}" }),
      json: await call("/api/1/backups", { method: "POST", headers: json, body: "{}" }),
      read: await call("/api/1/jobs", {}),
      readBlind: await call("/api/1/jobs", { mode: "no-cors" }),
      image: await loaded("img", `${origin}/api/1/jobs`),
      script: await loaded("script", `${origin}/api/1/jobs`),
      live: await listened,
    };
  }, server.origin);
  expect(new Set(Object.values(outcomes))).toEqual(new Set(["refused"]));
  expect(carried).toContain("POST /api/1/backups");
  expect(done).not.toContain("backup");
  expect(server.rig.feed.size).toBe(0);
});
