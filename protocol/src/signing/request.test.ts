import { describe, expect, it } from "vitest";
import { checkRequest, type RequestCheck, signedText, signRequest } from "./request.ts";
import { createSigner, createVerifier } from "./signature.ts";

const key = Buffer.from("0123456789abcdef0123456789abcdef");
const request = { method: "POST", target: "/ingest?site=7", body: Buffer.from("[]") };
const stamp = { keyId: "mq-0007", time: "2026-01-05T08:00:00.000+08:00", nonce: "abcdefghijklmnop" };
const nowMs = Date.parse(stamp.time);
const signer = await createSigner("hmac-sha256", key);
const verifier = await createVerifier("hmac-sha256", key);
const check: RequestCheck = {
  verifierOf: (keyId) => (keyId === stamp.keyId ? verifier : undefined),
  nowMs,
  windowMs: 300_000,
};
const headers = signRequest(signer, request, stamp);

describe("a signed request", () => {
  it("signs method, path with query, time, nonce and the hash of the body, a line each", () => {
    expect(signedText("hmac-sha256", request, stamp)).toBe(
      `POST\n/ingest?site=7\n${stamp.time}\n${stamp.nonce}\n4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945`,
    );
  });

  it("hashes the body with SM3 for the SM algorithms", () => {
    const sm = ["hmac-sm3", "sm2"] as const;
    const hashes = sm.map((alg) => signedText(alg, request, stamp).split("\n")[4]);
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).not.toBe(signedText("hmac-sha256", request, stamp).split("\n")[4]);
  });

  it("is taken as it was sent", () => {
    expect(checkRequest(headers, request, check)).toEqual({ ok: true, stamp });
  });

  it.each([
    ["another method", { method: "PUT" }],
    ["another path", { target: "/ingest?site=8" }],
    ["another body", { body: Buffer.from("[1]") }],
  ])("is refused with %s", (_, change) => {
    expect(checkRequest(headers, { ...request, ...change }, check)).toMatchObject({ ok: false, problem: "signature" });
  });

  it.each([
    ["gatehouse-time", "2026-01-05T08:00:01.000+08:00", "signature"],
    ["gatehouse-nonce", "bbcdefghijklmnop", "signature"],
    ["gatehouse-nonce", "short", "unsigned"],
    ["gatehouse-key", "mq-0008", "key"],
    ["gatehouse-signature", "AAAA", "signature"],
    ["gatehouse-signature", undefined, "unsigned"],
  ])("is refused with %s changed to %s", (name, value, problem) => {
    expect(checkRequest({ ...headers, [name]: value }, request, check)).toMatchObject({ ok: false, problem });
  });

  it.each([-300_001, 300_001])("is stale %i ms away from the platform's time", (offMs) => {
    expect(checkRequest(headers, request, { ...check, nowMs: nowMs + offMs })).toMatchObject({ problem: "stale" });
    expect(checkRequest(headers, request, { ...check, nowMs: nowMs + offMs - Math.sign(offMs) }).ok).toBe(true);
  });

  it("is stale with a time nobody can read, even under a right signature", () => {
    const odd = { ...stamp, time: "yesterday" };
    expect(checkRequest(signRequest(signer, request, odd), request, check)).toMatchObject({ problem: "stale" });
  });
});
