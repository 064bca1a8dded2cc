import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";

const PUBLIC = generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" });

/** What `gatehouse check` says of an uplink with these keys; empty for nothing. */
function problemsOf(keys: readonly object[], secrets = true): string {
  const dir = mkdtempSync(join(tmpdir(), "command-keys-"));
  try {
    writeFileSync(join(dir, "city.pem"), PUBLIC, { mode: 0o600 });
    writeFileSync(join(dir, "bad.pem"), "no key", { mode: 0o600 });
    const whole = keys.map((key) => ({ id: "k", alg: "ed25519", key: { file: "city.pem" }, ...key }));
    const site = {
      site: { id: "s", name: "S", kind: "dormitory", address: { code: "31", grid: "g" } },
      spaces: [{ id: "hall", kind: "corridor" }],
      uplinks: [{ id: "city", type: "https", url: "https://city.example/ingest", commands: { keys: whole } }],
    };
    const file = join(dir, "site.yaml");
    writeFileSync(file, JSON.stringify(site));
    loadSite(file, { driverTypes, uplinkTypes, secrets });
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test.each<[string, readonly object[], RegExp]>([
  ["no key at all", [], /uplinks\[0\]\.commands\.keys/],
  [
    "a file that is no key",
    [{ key: { file: "bad.pem" } }],
    /keys\[0\]\.key.*is no Ed25519 public key[\s\S]*openssl pkey/,
  ],
  ["a key of another kind", [{ alg: "sm2" }], /keys\[0\]\.key.*is no SM2 public key/],
  ["an action there is not", [{ actions: ["unlok"] }], /keys\[0\]\.actions\[0\].*"unlok"[\s\S]*unlock/],
  ["two keys of one name", [{}, {}], /keys\[1\]\.id.*already/],
])("%s is named with its path and what to do", (_, keys, reason) => {
  expect(problemsOf(keys)).toMatch(reason);
});

test("a key as it should be is taken, and a replay needs none", () => {
  expect(problemsOf([{ actions: ["unlock", "confirm"] }])).toBe("");
  expect(problemsOf([{ key: { file: "missing.pem" } }], false)).toBe("");
});
