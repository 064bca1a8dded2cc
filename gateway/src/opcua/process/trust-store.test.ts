import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { OPCUACertificateManager } from "node-opcua";
import { readCertificateChain } from "node-opcua-crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { peerCertificates, setTrust } from "../certificates.ts";
import { openTrustStore } from "./trust-store.ts";

let dir = "";
let certificate: Buffer;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-trust-"));
  const client = new OPCUACertificateManager({ rootFolder: join(dir, "client"), disableFileWatchers: true });
  await client.initialize();
  const outputFile = join(dir, "client.pem");
  const validity = { startDate: new Date("2026-01-01"), validity: 36_500 };
  await client.createSelfSignedCertificate({
    applicationUri: "urn:scada",
    subject: "/CN=scada",
    dns: [],
    ...validity,
    outputFile,
  });
  await client.dispose();
  certificate = readCertificateChain(outputFile)[0] as Buffer;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const trustTheOne = async () => setTrust(pki(), (await peerCertificates(pki()))[0]?.thumbprint ?? "", true);
const pki = () => join(dir, "pki");

it("a stranger waits in the list, and comes in once trusted and read anew", async () => {
  const store = openTrustStore(pki());
  await store.initialize();
  expect((await store.checkCertificate(certificate)).name).toBe("BadCertificateUntrusted");
  await trustTheOne();
  await store.reloadCertificates();
  const heard = new Promise((resolve) => store.checkCertificate(certificate, (_, status) => resolve(status?.name)));
  expect(await heard).toBe("Good");
  await store.dispose();
});

it("who is trusted while being turned away stays trusted", async () => {
  const store = openTrustStore(pki());
  await store.initialize();
  await store.checkCertificate(certificate);
  const reject = store.rejectCertificate.bind(store);
  let reread: Promise<void> | undefined;
  store.rejectCertificate = async (chain: Buffer) => {
    // Decided, and not yet written: the person is quicker, and the list is read anew.
    await trustTheOne();
    reread = store.reloadCertificates();
    await Promise.race([reread, systemClock.sleep(500)]);
    await reject(chain);
  };
  expect((await store.checkCertificate(certificate)).name).toBe("BadCertificateUntrusted");
  await reread;
  expect((await store.checkCertificate(certificate)).name).toBe("Good");
  expect(readdirSync(join(pki(), "trusted", "certs"))).toHaveLength(1);
  await store.dispose();
});
