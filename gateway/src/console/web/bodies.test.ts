import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RejectedError, systemClock } from "@gatehouse/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openConsoleRig } from "../../testing/console-rig.ts";
import type { SpooledBody } from "../table/index.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-spool-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const JOB = {
  id: "j1",
  kind: "restore",
  by: "technician",
  startedAt: "",
  state: "running",
  about: null,
  cancellable: true,
  progress: null,
  says: { en: "", zh: "" },
  endedAt: null,
  file: null,
} as const;

test("a large body is a file for as long as it is asked about, and gone whatever came of it", async () => {
  const seen: { readonly body: SpooledBody; readonly text: string; readonly was: boolean }[] = [];
  const phrases: (string | undefined)[] = [];
  let refuse = false;
  const { app, signed } = await openConsoleRig({
    spoolDir: dir,
    answers: {
      "POST /api/1/restores": async ({ body, headers }) => {
        phrases.push(headers["x-gatehouse-passphrase"]);
        seen.push({ body, text: readFileSync(body.path, "utf8"), was: existsSync(body.path) });
        if (refuse) throw new RejectedError("no backup");
        return JOB;
      },
    },
  });
  const { headers } = signed("technician");
  const send = (phrase: Readonly<Record<string, string>> = {}) =>
    app.inject({
      method: "POST",
      url: "/api/1/restores",
      headers: { ...headers, ...phrase, "content-type": "application/octet-stream" },
      payload: "x".repeat(200_000),
    });
  expect((await send()).json()).toEqual(JOB);
  refuse = true;
  const refused = await send();
  expect([refused.statusCode, refused.json()]).toMatchObject([
    409,
    { code: "refused", message: "网关拒绝了：no backup" },
  ]);
  expect(seen.map(({ body, text, was }) => [body.bytes, text.length, was])).toEqual([
    [200_000, 200_000, true],
    [200_000, 200_000, true],
  ]);
  for (const phrase of ["100 %", encodeURIComponent("长城 100 %")]) await send({ "x-gatehouse-passphrase": phrase });
  expect(phrases).toEqual([undefined, undefined, "100 %", "长城 100 %"]);
  while (readdirSync(dir).length > 0) await systemClock.sleep(2);
});

test("bytes beyond what the row takes are refused, whatever their length was said to be", async () => {
  const { app, signed } = await openConsoleRig({ spoolDir: dir });
  const { headers } = signed("technician");
  const answer = await app.inject({
    method: "POST",
    url: "/api/1/rooms/read",
    headers: { ...headers, "content-type": "text/csv" },
    payload: Buffer.alloc(5_000_001),
  });
  expect([answer.statusCode, answer.json()]).toMatchObject([413, { code: "too-large" }]);
});

test("a large answer goes packed to who takes it, a small one never", async () => {
  const jobs = Array.from({ length: 200 }, (_, i) => ({ ...JOB, id: `j${i}` }));
  const { app, signed } = await openConsoleRig({
    answers: {
      "GET /api/1/jobs": async () => ({ jobs }),
      "GET /api/1/drivers": async () => ({ drivers: [], types: [] }),
    },
  });
  const headers = { ...signed("auditor").headers, "accept-encoding": "gzip, br" };
  const large = await app.inject({ url: "/api/1/jobs", headers });
  expect(large.headers).toMatchObject({ "content-encoding": "gzip", "cache-control": "no-store" });
  expect(JSON.parse(String(gunzipSync(large.rawPayload)))).toEqual({ jobs });
  const small = await app.inject({ url: "/api/1/drivers", headers });
  expect(small.headers["content-encoding"]).toBeUndefined();
  const plain = await app.inject({ url: "/api/1/jobs", headers: signed("auditor").headers });
  expect(plain.json()).toEqual({ jobs });
});
