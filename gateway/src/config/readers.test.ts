import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";

const KEY = "00112233445566778899aabbccddeeff";

/** What `gatehouse check` says of a site with these readers. */
function problemsOf(readers: readonly object[], secret = KEY): string {
  const dir = mkdtempSync(join(tmpdir(), "osdp-config-"));
  try {
    writeFileSync(join(dir, "reader.key"), secret, { mode: 0o600 });
    const site = {
      site: { id: "s", name: "S", kind: "dormitory", address: { code: "31", grid: "g" } },
      spaces: [{ id: "hall", kind: "corridor" }],
      devices: readers.map((reader, n) => ({ id: `r${n}`, kind: "reader", space: "hall", driver: "bus", ...reader })),
      drivers: [{ id: "bus", type: "osdp", link: "tcp:127.0.0.1:4001" }],
    };
    const file = join(dir, "site.yaml");
    writeFileSync(file, JSON.stringify(site));
    return loadSite(file, { driverTypes, uplinkTypes })
      .warnings.map(({ reason }) => reason)
      .join("\n");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test.each<[string, readonly object[], RegExp]>([
  ["no address", [{}], /devices\[0\]\.address/],
  ["an address behind the last", [{ address: 127 }], /address.*126/],
  ["two readers on one address", [{ address: 3 }, { address: 3 }], /devices\[1\]\.address: is 3, as that of r0/],
  ["a word that is no security", [{ address: 3, secure: "maybe" }], /secure/],
  ["a key for a reader in the clear", [{ address: 3, secure: "off", key: { file: "reader.key" } }], /has no key/],
  ["a text no reader shows", [{ address: 3, feedback: { read: { text: "欢迎" } } }], /ASCII/],
  ["a key that stands in the file itself", [{ address: 3, key: KEY }], /devices\[0\]\.key/],
])("%s is a mistake with a place", (_what, readers, said) => {
  expect(problemsOf(readers)).toMatch(said);
});

test("a secret that is no key is found with the site file", () => {
  const said = problemsOf([{ address: 3, key: { file: "reader.key" } }], "too short");
  expect(said).toMatch(/devices\[0\]\.key: a key is 32 hex digits.*openssl rand -hex 16/);
});

test("a reader in clear text is told as a warning, one in a secure channel as nothing", () => {
  expect(problemsOf([{ address: 3, key: { file: "reader.key" } }, { address: 4 }])).not.toMatch(/wire/);
  expect(problemsOf([{ address: 3, secure: "off" }])).toMatch(/read and copied on the wire of r0/);
});
