import { X509Certificate } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { systemClock } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { memoryVault } from "../../testing/driver-deps.ts";
import { MemoryLog } from "../../testing/log.ts";
import { OwnCertificates } from "./own-certificates.ts";

const DAY_MS = 86_400_000;
const NAMES = ["box", "box.local", "localhost", "127.0.0.1", "::1", "192.168.7.20"];

function make(
  names: () => readonly string[] = () => NAMES,
  clock = new FakeClock(systemClock.nowMs()),
  vault = memoryVault(),
) {
  const log = new MemoryLog();
  return { own: new OwnCertificates({ vault, clock, log, names }), clock, vault, log };
}

/** What a browser that trusts the authority says; "yes" when it is content. */
async function trusts(pem: { cert: string; key: string }, ca: string, servername: string): Promise<string> {
  const server = createServer(pem);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const isName = !/^[\d.]+$|:/.test(servername);
  const options: ConnectionOptions = { port, host: "127.0.0.1", ca, ...(isName ? { servername } : {}) };
  const verdict = await new Promise<string>((resolve) => {
    const socket = connect(options, () => resolve("yes"));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "UNSPECIFIED" ? error.message : (error.code ?? "")),
    );
  });
  server.closeAllConnections();
  server.close();
  return verdict;
}

test("a browser that trusts the box's authority trusts its certificate, by every name", async () => {
  const { own } = make();
  const { certificate } = await own.current();
  const ca = own.authorityPem ?? "";
  expect(await trusts(certificate, ca, "box.local")).toBe("yes");
  expect(await trusts(certificate, ca, "127.0.0.1")).toBe("yes");
  expect(await trusts(certificate, ca, "evil.example")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  const server = new X509Certificate(certificate.cert);
  expect(server.checkIP("192.168.7.20")).toBe("192.168.7.20");
  expect((server.validToDate.getTime() - server.validFromDate.getTime()) / DAY_MS).toBeLessThan(398);
  expect(own.fingerprint).toBe(new X509Certificate(ca).fingerprint256);
});

test("the authority can sign nothing of the internet, even with its key in the wrong hands", async () => {
  const first = make();
  await first.own.current();
  const thief = make(() => ["www.bank.example", "localhost"], first.clock, first.vault);
  first.vault.files.delete("server.pem");
  const { certificate } = await thief.own.current();
  const ca = thief.own.authorityPem ?? "";
  expect(ca).toBe(first.own.authorityPem);
  expect(await trusts(certificate, ca, "www.bank.example")).toBe("permitted subtree violation");
  expect(thief.log.lines.find(({ level }) => level === "warn")?.fields).toEqual({ names: ["www.bank.example"] });
});

test("it is made once, kept, and renewed under the same authority before it expires and when an address is new", async () => {
  let names: readonly string[] = NAMES;
  const { own, clock, vault } = make(() => names);
  const first = await own.current();
  expect(first.renewed).toBe(true);
  const again = make(() => names, clock, vault);
  expect(await again.own.current()).toEqual({ certificate: first.certificate, renewed: false });
  clock.step(370 * DAY_MS);
  const later = await again.own.current();
  expect(later.renewed).toBe(true);
  names = [...NAMES, "10.1.2.3"];
  const moved = await again.own.current();
  expect(moved.renewed).toBe(true);
  expect(new X509Certificate(moved.certificate.cert).checkIP("10.1.2.3")).toBe("10.1.2.3");
  expect(again.own.authorityPem).toBe(own.authorityPem);
  clock.step(-800 * DAY_MS);
  expect((await again.own.current()).renewed).toBe(true);
});

test("a damaged file is made anew; two boxes share no secret", async () => {
  const { own, clock, vault } = make();
  const first = await own.current();
  const text = String(vault.files.get("server.pem"));
  vault.files.set("server.pem", Buffer.from(text.slice(0, 300)));
  const mended = await make(() => NAMES, clock, vault).own.current();
  expect(mended.renewed).toBe(true);
  const other = await make().own.current();
  expect(other.certificate.key).not.toBe(first.certificate.key);
});
