/** The https uplink and a platform that checks signatures, and that is in the way in every way a network has. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CityKey, type FailMode, silentLog, startCity } from "@gatehouse/device-sim";
import { LinkError, RejectedError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { uplinkTypes } from "gatehouse";
import { owedItem, owedItems, uplinkDeps } from "gatehouse/testing";
import { afterAll, describe, expect, it } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "gatehouse-city-"));
afterAll(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;
const row = uplinkTypes.find(({ type }) => type === "https");

function openssl(...args: readonly string[]): void {
  expect(spawnSync("openssl", args).status).toBe(0);
}
const sm2 = join(dir, "sm2.key");
openssl("genpkey", "-algorithm", "SM2", "-out", sm2);
openssl("pkey", "-in", sm2, "-pubout", "-out", `${sm2}.pub`);

const SECRET = "a secret both sides know";
const secrets = {
  "shared.key": SECRET,
  "sm2.key": readFileSync(sm2, "utf8"),
  "wrong.key": "a secret of somebody else",
};
const keys: Readonly<Record<string, CityKey>> = {
  "hmac-sha256": { alg: "hmac-sha256", key: Buffer.from(SECRET) },
  "hmac-sm3": { alg: "hmac-sm3", key: Buffer.from(SECRET) },
  sm2: { alg: "sm2", key: readFileSync(`${sm2}.pub`) },
};

async function open(config: object) {
  const stack = new AsyncDisposableStack();
  const clock = new FakeClock();
  const cityClock = new FakeClock();
  const http = { host: "127.0.0.1", port: 0 };
  const city = await startCity({ http, keys, clock: cityClock, log: silentLog });
  stack.defer(() => city.close());
  const deps = uplinkDeps(clock, secrets);
  const url = `${city.httpUrl}?site=7`;
  const uplink = row?.create("city", row.config.parse({ url, ...config }) as never, deps);
  if (uplink === undefined) throw new RangeError("there is no uplink type https");
  const stop = new AbortController();
  const ended = uplink.run(stop.signal);
  stack.defer(async () => {
    stop.abort();
    await ended;
  });
  return { uplink, city, clock, cityClock, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const signed = (alg: string, file = alg === "sm2" ? "sm2.key" : "shared.key") => ({
  sign: { alg, key: { file }, keyId: alg },
});

describe("a platform that checks signatures", () => {
  it.each(Object.keys(keys))("takes what is signed by %s", async (alg) => {
    await using rig = await open(signed(alg));
    expect((await rig.uplink.send(owedItems(1, 3), never)).accepted).toEqual([1, 2, 3]);
    expect((await rig.uplink.send(owedItems(4, 5), never)).accepted).toEqual([4, 5]);
  });

  it.each([
    ["unsigned", {}, "the request is not signed"],
    ["signed by another key", signed("hmac-sm3", "wrong.key"), "wrong signature"],
    ["under an unknown key id", { sign: { alg: "hmac-sm3", key: { file: "shared.key" } } }, "unknown key"],
  ])("refuses what is %s; everything is kept", async (_, config, said) => {
    await using rig = await open(config);
    const refused = await rig.uplink.send(owedItems(1, 3), never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LinkError);
    expect(String(refused)).toContain(said);
    expect(rig.city.events).toHaveLength(0);
  });

  it("refuses a stale time, and works again once the clock is set", async () => {
    await using rig = await open(signed("hmac-sha256"));
    rig.clock.step(-3_600_000 * 24 * 365);
    await expect(rig.uplink.send(owedItems(1, 3), never)).rejects.toThrow("check the time server");
    rig.clock.step(3_600_000 * 24 * 365);
    expect((await rig.uplink.send(owedItems(1, 3), never)).accepted).toEqual([1, 2, 3]);
  });

  it("refuses a request that comes again as it was", async () => {
    await using rig = await open(signed("hmac-sha256"));
    const { createSigner, signRequest } = await import("@gatehouse/protocol");
    const body = `[${owedItem(1).text}]`;
    const signer = await createSigner("hmac-sha256", Buffer.from(SECRET));
    const time = new Date(rig.clock.nowMs()).toISOString();
    const stamp = { keyId: "hmac-sha256", time, nonce: "abcdefghijklmnop" };
    const own = signRequest(signer, { method: "POST", target: "/ingest", body: Buffer.from(body) }, stamp);
    const headers = { ...own, "content-type": "application/cloudevents-batch+json" };
    const send = async () => (await fetch(String(rig.city.httpUrl), { method: "POST", headers, body })).status;
    expect([await send(), await send()]).toEqual([200, 401]);
  });
});

describe("a network in the way", () => {
  it.each([
    ["html", /web page \(a log-in page/],
    ["redirect", /answered 302.*write the final address; if it is a log-in page/],
    ["busy", /answered 429.*slow down/],
    ["5xx", /answered 503/],
  ] as const)("%s: everything is kept, with a word to the operator", async (mode: FailMode, said) => {
    await using rig = await open({ ...signed("hmac-sha256"), receipt: "status" });
    await rig.city.fail(mode);
    await expect(rig.uplink.send(owedItems(1, 3), never)).rejects.toThrow(said);
    expect(rig.city.events).toHaveLength(0);
    await rig.city.fail();
    expect((await rig.uplink.send(owedItems(1, 3), never)).accepted).toEqual([1, 2, 3]);
  });

  it("429 says how long to wait", async () => {
    await using rig = await open(signed("hmac-sha256"));
    await rig.city.fail("busy");
    await expect(rig.uplink.send(owedItems(1, 3), never)).rejects.toMatchObject({ notBeforeMs: 3_000 });
  });

  it("413 asks for smaller batches", async () => {
    await using rig = await open(signed("hmac-sha256"));
    await rig.city.fail("small");
    await expect(rig.uplink.send(owedItems(1, 30), never)).rejects.toBeInstanceOf(RejectedError);
    expect((await rig.uplink.send(owedItems(1, 2), never)).accepted).toEqual([1, 2]);
  });
});
