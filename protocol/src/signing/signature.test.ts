import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../testing/random.ts";
import { keyProblem, type SignatureAlg } from "./keys.ts";
import { createSigner, createVerifier, hexDigest } from "./signature.ts";

const dir = mkdtempSync(join(tmpdir(), "gatehouse-signing-"));
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string) => join(dir, name);

function openssl(...args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync("openssl", args);
  expect({ args, status, said: status === 0 ? "" : String(stderr) }).toEqual({ args, status: 0, said: "" });
  return stdout;
}

function keyPair(name: string): { readonly secret: Buffer; readonly known: Buffer } {
  openssl("genpkey", "-algorithm", name, "-out", at(`${name}.key`));
  openssl("pkey", "-in", at(`${name}.key`), "-pubout", "-out", at(`${name}.pub`));
  return { secret: readFileSync(at(`${name}.key`)), known: readFileSync(at(`${name}.pub`)) };
}

const message = Buffer.from("POST\n/ingest\n2026-01-05T08:00:00+08:00\nn\n楼");
writeFileSync(at("message"), message);
const shared = Buffer.from("0123456789abcdef0123456789abcdef");
const pairs = { SM2: keyPair("SM2"), ED25519: keyPair("ED25519") };
const keys: Record<SignatureAlg, { readonly secret: Buffer; readonly known: Buffer }> = {
  "hmac-sha256": { secret: shared, known: shared },
  "hmac-sm3": { secret: shared, known: shared },
  sm2: pairs.SM2,
  ed25519: pairs.ED25519,
};
const algs = Object.keys(keys) as SignatureAlg[];
const DISTID = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"];

describe.each(algs)("signatures by %s", (alg) => {
  const { secret, known } = keys[alg];
  it("are taken by who knows the key, for these bytes and no others", async () => {
    const signer = await createSigner(alg, secret);
    const verifier = await createVerifier(alg, known);
    const signature = signer.sign(message);
    expect(verifier.verify(message, signature)).toBe(true);
    expect(verifier.verify(Buffer.concat([message, Buffer.from(" ")]), signature)).toBe(false);
  });

  it("are refused with any bit turned, cut or lengthened, without a throw", async () => {
    const random = new Random(`signature ${alg}`);
    const signature = (await createSigner(alg, secret)).sign(message);
    const verifier = await createVerifier(alg, known);
    const bad = [Buffer.alloc(0), Buffer.alloc(64), signature.subarray(1), Buffer.concat([signature, Buffer.alloc(1)])];
    for (let i = 0; i < 40; i++) {
      const turned = Buffer.from(signature);
      const byte = random.int(0, turned.length - 1);
      turned[byte] = (turned[byte] ?? 0) ^ (1 << random.int(0, 7));
      bad.push(turned);
    }
    expect(bad.filter((one) => verifier.verify(message, one))).toEqual([]);
  });

  it("name a key that cannot be used, and how to make one", () => {
    expect(keyProblem(alg, "private", secret)).toBeUndefined();
    expect(keyProblem(alg, "public", known)).toBeUndefined();
    expect(keyProblem(alg, "private", Buffer.from("short"))?.fix).toContain("openssl");
    expect(keyProblem(alg, "public", Buffer.from("short"))?.fix).toContain("openssl");
  });
});

describe("beside the openssl command", () => {
  it("SM2: openssl takes our signature and we take that of openssl", async () => {
    const signature = (await createSigner("sm2", pairs.SM2.secret)).sign(message);
    writeFileSync(at("ours"), signature);
    openssl("pkeyutl", "-verify", ...DISTID, "-inkey", at("SM2.key"), "-in", at("message"), "-sigfile", at("ours"));
    const verifier = await createVerifier("sm2", pairs.SM2.known);
    for (let i = 0; i < 10; i++) {
      const theirs = openssl("pkeyutl", "-sign", ...DISTID, "-inkey", at("SM2.key"), "-in", at("message"));
      expect(verifier.verify(message, theirs)).toBe(true);
    }
  });

  it("SM2: another id is another signature", async () => {
    const other = [...DISTID.slice(0, -1), "distid:somebody-else"];
    const theirs = openssl("pkeyutl", "-sign", ...other, "-inkey", at("SM2.key"), "-in", at("message"));
    expect((await createVerifier("sm2", pairs.SM2.known)).verify(message, theirs)).toBe(false);
  });

  it("SM2: takes a key in the older form too, with its parameters in front", async () => {
    openssl("ecparam", "-name", "SM2", "-genkey", "-out", at("old.key"));
    openssl("pkey", "-in", at("old.key"), "-pubout", "-out", at("old.pub"));
    const signature = (await createSigner("sm2", readFileSync(at("old.key")))).sign(message);
    expect((await createVerifier("sm2", readFileSync(at("old.pub")))).verify(message, signature)).toBe(true);
  });

  it("SM2: is no other curve", () => {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", at("p256.key"));
    expect(keyProblem("sm2", "private", readFileSync(at("p256.key")))?.reason).toBe("is no SM2 private key");
  });

  it.each(["sha256", "sm3"] as const)("HMAC with %s and the plain hash are those of openssl", async (digest) => {
    const alg = `hmac-${digest}` as const;
    const theirs = openssl("dgst", `-${digest}`, "-hmac", shared.toString(), "-binary", at("message"));
    expect((await createSigner(alg, shared)).sign(message)).toEqual(theirs);
    expect((await createVerifier(alg, shared)).verify(message, theirs)).toBe(true);
    expect(hexDigest(alg, message)).toBe(openssl("dgst", `-${digest}`, "-binary", at("message")).toString("hex"));
  });

  it("Ed25519: in both directions", async () => {
    const signature = (await createSigner("ed25519", pairs.ED25519.secret)).sign(message);
    writeFileSync(at("ours-ed"), signature);
    const raw = ["-rawin", "-inkey", at("ED25519.key"), "-in", at("message")];
    openssl("pkeyutl", "-verify", ...raw, "-sigfile", at("ours-ed"));
    const theirs = openssl("pkeyutl", "-sign", ...raw);
    expect((await createVerifier("ed25519", pairs.ED25519.known)).verify(message, theirs)).toBe(true);
  });
});
