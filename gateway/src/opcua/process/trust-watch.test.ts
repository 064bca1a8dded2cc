import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { followTrust } from "./trust-watch.ts";

let pki = "";
beforeEach(() => {
  pki = mkdtempSync(join(tmpdir(), "gatehouse-pki-"));
  mkdirSync(join(pki, "trusted", "certs"), { recursive: true });
});
afterEach(() => rmSync(pki, { recursive: true, force: true }));

it("is read anew when a certificate was moved in or out, and only then", async () => {
  let reads = 0;
  const stop = new AbortController();
  writeFileSync(join(pki, "client.pem"), "x");
  followTrust(pki, { reloadCertificates: async () => void reads++ }, systemClock, stop.signal);
  await systemClock.sleep(700);
  expect(reads).toBe(0);
  renameSync(join(pki, "client.pem"), join(pki, "trusted", "certs", "client.pem"));
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(1);
  rmSync(join(pki, "trusted", "certs", "client.pem"));
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(2);
  stop.abort();
});
