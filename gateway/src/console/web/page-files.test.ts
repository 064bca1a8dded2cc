import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openConsoleRig, RIG_HOST } from "../../testing/console-rig.ts";

let dir = "";
const script = "console.log(1);\n".repeat(100);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-page-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), '<style nonce="__CSP_NONCE__"></style><meta nonce="__CSP_NONCE__">');
  writeFileSync(join(dir, "assets/main-Bx3_9zQk.js"), script);
  writeFileSync(join(dir, "assets/main-Bx3_9zQk.js.gz"), gzipSync(script));
  writeFileSync(join(dir, "worker.js"), script);
  writeFileSync(join(dir, "secret.pem"), "key");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const host = { host: RIG_HOST };
const open = async () => (await openConsoleRig({ people: false, pageDir: dir })).app;

test("the page has a nonce of its own every time, which its policy names", async () => {
  const app = await open();
  const nonces = [];
  for (let i = 0; i < 2; i++) {
    const { body, headers } = await app.inject({ url: "/", headers: host });
    const [, nonce = ""] = /style nonce="([\w+/=]+)"/.exec(body) ?? [];
    expect(headers["content-security-policy"]).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(body).not.toContain("__CSP_NONCE__");
    expect(headers["cache-control"]).toBe("no-cache");
    nonces.push(nonce);
  }
  expect(nonces[0]).toHaveLength(24);
  expect(nonces[0]).not.toBe(nonces[1]);
});

test("what is named by its content is kept for good, packed where it lies packed; the rest is asked for again", async () => {
  const app = await open();
  const packed = await app.inject({
    url: "/assets/main-Bx3_9zQk.js",
    headers: { ...host, "accept-encoding": "br, gzip" },
  });
  expect(packed.headers).toMatchObject({
    "content-encoding": "gzip",
    "cache-control": expect.stringContaining("immutable"),
  });
  expect(String(gunzipSync(packed.rawPayload))).toBe(script);
  const plain = await app.inject({ url: "/worker.js", headers: host });
  expect(plain.headers).toMatchObject({
    "cache-control": "no-cache",
    "content-type": "text/javascript; charset=utf-8",
  });
  expect(plain.body).toBe(script);
  const again = await app.inject({ url: "/worker.js", headers: { ...host, "if-none-match": plain.headers.etag } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
});

test("nothing but the page's own files is there, however it is asked for", async () => {
  const app = await open();
  const paths = [
    "/secret.pem",
    "/../secret.pem",
    "/assets/../secret.pem",
    "/assets/%2e%2e/secret.pem",
    "/assets",
    "/nothing",
  ];
  for (const url of [...paths, "/..%2f..%2fetc%2fpasswd", "/assets/main-Bx3_9zQk.js%00"]) {
    const answer = await app.inject({ url, headers: host });
    expect([url, answer.statusCode]).toEqual([url, 404]);
  }
});

test("without a page there is a hint what to do", async () => {
  const { app } = await openConsoleRig({ people: false });
  const { body, headers } = await app.inject({ url: "/", headers: host });
  expect(body).toContain("npm run build");
  expect(headers["content-type"]).toMatch(/^text\/plain/);
});
