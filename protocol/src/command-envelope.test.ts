import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type CommandKey, checkEnvelope, commandBytes, type EnvelopeFacts } from "./command-envelope.ts";
import { createVerifier } from "./signing/signature.ts";

const NOW_MS = Date.UTC(2026, 0, 5, 8);
const at = (ms: number): string => new Date(NOW_MS + ms).toISOString();
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const verifier = await createVerifier("ed25519", Buffer.from(publicKey.export({ format: "pem", type: "spki" })));
const key: CommandKey = {
  id: "city",
  verify: (message, signature) => verifier.verify(message, signature),
  allows: (action) => action === "buzzer",
};
const facts = (change: Partial<EnvelopeFacts> = {}): EnvelopeFacts => ({
  keys: new Map([["city", key]]),
  gateway: "mq-0007",
  nowMs: NOW_MS,
  scale: 1,
  clockSet: true,
  usedAs: () => undefined,
  ...change,
});
const unsigned = (change: object = {}) => ({
  id: "c1",
  gateway: "mq-0007",
  target: "reader-302",
  action: "buzzer",
  issuedAt: at(0),
  notAfter: at(20_000),
  issuer: "wang",
  keyId: "city",
  ...change,
});
const signed = (change: object = {}) => {
  const body = unsigned(change);
  return { ...body, signature: sign(null, commandBytes(body) ?? Buffer.alloc(0), privateKey).toString("base64") };
};
const codeOf = (candidate: unknown, change: Partial<EnvelopeFacts> = {}) => {
  const checked = checkEnvelope(candidate, facts(change));
  return checked.ok ? "good" : checked.code;
};

describe("a platform's command", () => {
  it("is good when it is signed, for this gateway, in time, new and allowed", () => {
    expect(checkEnvelope(signed({ args: { times: 3 } }), facts())).toMatchObject({
      ok: true,
      envelope: { id: "c1", args: { times: 3 } },
      notAfterMs: NOW_MS + 20_000,
    });
  });

  it("is the same command whatever the order of its names", () => {
    expect(codeOf(Object.fromEntries(Object.entries(signed()).reverse()))).toBe("good");
  });

  it("does not pass the check it fails first", () => {
    const bad = { ...signed({ gateway: "mq-0008", notAfter: at(-1) }), more: 1 };
    expect(codeOf({ ...bad, args: { text: "x".repeat(70_000) } })).toBe("size");
    expect(codeOf(bad)).toBe("schema");
    expect(codeOf(signed({ keyId: "other", gateway: "mq-0008" }))).toBe("key");
    expect(codeOf({ ...signed({ gateway: "mq-0008" }), target: "lock-302" })).toBe("signature");
    expect(codeOf(signed({ gateway: "mq-0008", notAfter: at(-1) }))).toBe("audience");
    const never = { clockSet: false, usedAs: () => "used" };
    expect(codeOf(signed({ notAfter: at(-1) }), never)).toBe("clock");
    expect(codeOf(signed({ notAfter: at(-1) }), { usedAs: () => "used" })).toBe("expired");
    expect(codeOf(signed({ notAfter: at(0) }))).toBe("expired");
    expect(codeOf(signed({ notAfter: at(30_001) }))).toBe("expired");
    expect(codeOf(signed({ action: "unlock" }), { usedAs: () => "used" })).toBe("duplicate");
    expect(codeOf(signed({ action: "unlock" }))).toBe("not-allowed");
    expect(codeOf(signed({ notAfter: at(30_000) }))).toBe("good");
  });

  it("counts its 30 s in real time where the world runs faster", () => {
    expect(codeOf(signed({ notAfter: at(300_000) }), { scale: 10 })).toBe("good");
    expect(codeOf(signed({ notAfter: at(301_000) }), { scale: 10 })).toBe("expired");
  });

  it("is nobody's without a key in the site file, and the reason says what to write", () => {
    expect(checkEnvelope(signed(), facts({ keys: new Map() }))).toMatchObject({
      code: "key",
      reason: expect.stringContaining("commands: { keys: [...] }"),
    });
  });

  it("has one signature: other texts for the same bytes do not count", () => {
    const { signature, ...rest } = signed();
    const last = signature.at(-3) ?? "";
    const twin = String.fromCharCode(last.charCodeAt(0) + 1);
    const loose = `${signature.slice(0, -3)}${twin}==`;
    for (const text of [`${signature} `, signature.replaceAll("=", ""), loose, signature.replaceAll("+", "-")]) {
      if (text === signature) continue;
      expect(codeOf({ ...rest, signature: text })).toBe("signature");
    }
  });

  it("may be any value at all without harm", () => {
    for (const value of [undefined, null, 7, "unlock", [], [signed()], {}, { signature: 1 }, new Date(0)])
      expect(["schema"]).toContain(codeOf(value));
  });
});
