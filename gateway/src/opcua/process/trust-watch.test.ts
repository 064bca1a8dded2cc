import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TEST_CLIENT_CERT, TEST_SERVER_CERT } from "../../testing/certificates.ts";
import { followTrust } from "./trust-watch.ts";

let pki = "";
beforeEach(() => {
  pki = mkdtempSync(join(tmpdir(), "gatehouse-pki-"));
  mkdirSync(join(pki, "trusted", "certs"), { recursive: true });
});
afterEach(() => rmSync(pki, { recursive: true, force: true }));

it("is read at the start, and anew when a certificate was moved in or out, and only then", async () => {
  let reads = 0;
  const stop = new AbortController();
  writeFileSync(join(pki, "client.pem"), "x");
  followTrust(pki, { reloadCertificates: async () => void reads++ }, systemClock, stop.signal);
  await systemClock.sleep(1_200);
  expect(reads).toBe(1);
  renameSync(join(pki, "client.pem"), join(pki, "trusted", "certs", "client.pem"));
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(2);
  rmSync(join(pki, "trusted", "certs", "client.pem"));
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(3);
  stop.abort();
});

it("who is trusted and was rejected while the list was read anew is trusted", async () => {
  let reads = 0;
  const stop = new AbortController();
  const trusted = join(pki, "trusted", "certs", "client.pem");
  const rejected = join(pki, "rejected", "client.pem");
  mkdirSync(join(pki, "rejected"));
  const again = async () => {
    // As the library does with a client that comes while it knows nobody.
    if (reads++ === 1) writeFileSync(rejected, TEST_SERVER_CERT);
  };
  followTrust(pki, { reloadCertificates: again }, systemClock, stop.signal);
  await systemClock.sleep(700);
  writeFileSync(trusted, TEST_SERVER_CERT);
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(3);
  expect([existsSync(trusted), existsSync(rejected)]).toEqual([true, false]);
  writeFileSync(join(pki, "rejected", "stranger.pem"), TEST_CLIENT_CERT);
  await systemClock.sleep(1_200);
  expect([reads, existsSync(join(pki, "rejected", "stranger.pem"))]).toEqual([3, true]);
  stop.abort();
});

it("is tried again where it could not be read", async () => {
  let reads = 0;
  const stop = new AbortController();
  const waited: number[] = [];
  const clock = {
    ...systemClock,
    sleep: (ms: number) => {
      waited.push(ms);
      return systemClock.sleep(1, stop.signal);
    },
  };
  const broken = async () => {
    if (reads++ === 0) throw new Error("the disk says no");
  };
  followTrust(pki, { reloadCertificates: broken }, clock, stop.signal);
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(2);
  await expect.poll(() => waited.length, { timeout: 5_000 }).toBeGreaterThan(2);
  stop.abort();
  expect(waited.slice(0, 3)).toEqual([10_000, 500, 500]);
});
