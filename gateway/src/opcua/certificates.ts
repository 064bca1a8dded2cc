/** Whom the OPC UA server, and a driver that reads a PLC, trusts: certificates in its folder, moved from one side to the other by a person. Plain files, no OPC UA. */
import { X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";

export interface PeerCertificate {
  /** SHA-1 over the whole certificate, as OPC UA tools show it: 40 hex digits. */
  readonly thumbprint: string;
  /** The peer's application name. */
  readonly name: string;
  readonly applicationUri: string;
  readonly validTo: string;
  readonly trusted: boolean;
  readonly file: string;
}

const MAX_BYTES = 64 * 1024;
/** Clients that were turned away may fill the folder: the newest are looked at. */
const MOST = 500;

/** The server's, or that of the driver that reads a PLC. */
export const pkiFolder = (stateDir: string, driver?: string): string =>
  driver === undefined ? join(stateDir, "opcua", "pki") : join(stateDir, "drivers", driver, "pki");
export const ownCertificate = (pki: string): string => join(pki, "own", "certs", "certificate.pem");
const trustedFolder = (pki: string) => join(pki, "trusted", "certs");
const rejectedFolder = (pki: string) => join(pki, "rejected");

/** Trusted ones first. A file that is no certificate is left out. */
export async function peerCertificates(pki: string): Promise<readonly PeerCertificate[]> {
  const [trusted, rejected] = await Promise.all([
    certificatesIn(trustedFolder(pki), true),
    certificatesIn(rejectedFolder(pki), false),
  ]);
  const known = new Set(trusted.map(({ thumbprint }) => thumbprint));
  return [...trusted, ...rejected.filter(({ thumbprint }) => !known.has(thumbprint))];
}

/** `which` is a thumbprint or its beginning. Throws ConfigError. */
export async function setTrust(pki: string, which: string, trusted: boolean): Promise<PeerCertificate> {
  const wanted = which.replaceAll(/[:\s]/g, "").toLowerCase();
  const all = await peerCertificates(pki);
  const found = all.filter(({ thumbprint }) => wanted.length >= 4 && thumbprint.startsWith(wanted));
  const [one] = found;
  const fix = "`gatehouse opcua trust list` shows them; write at least 8 of the 40 digits";
  if (one === undefined)
    throw new ConfigError({ path: "<thumbprint>", reason: `nobody came with a certificate "${which}"`, fix });
  if (found.length > 1)
    throw new ConfigError({ path: "<thumbprint>", reason: `${found.length} certificates begin with "${which}"`, fix });
  if (one.trusted === trusted) return one;
  const folder = trusted ? trustedFolder(pki) : rejectedFolder(pki);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, fileName(one.name, one.thumbprint));
  await rename(one.file, file);
  return { ...one, trusted, file };
}

/** Who is trusted is not rejected as well: the library would turn away whoever is both. Resolves with how many were. */
export async function dropTrustedFromRejected(pki: string): Promise<number> {
  const [trusted, rejected] = await Promise.all([
    certificatesIn(trustedFolder(pki), true),
    certificatesIn(rejectedFolder(pki), false),
  ]);
  const known = new Set(trusted.map(({ thumbprint }) => thumbprint));
  const both = rejected.filter(({ thumbprint }) => known.has(thumbprint));
  for (const { file } of both) await rm(file, { force: true });
  return both.length;
}

/** Trusts the certificate in a file, PEM or DER, before its client came. Throws ConfigError. */
export async function trustFile(pki: string, file: string): Promise<PeerCertificate> {
  const certificate = await readCertificate(file);
  if (certificate === undefined)
    throw new ConfigError({
      path: file,
      reason: "is no certificate",
      fix: "name the client's certificate, PEM or DER",
    });
  const folder = trustedFolder(pki);
  const { thumbprint, name } = factsOf(certificate);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const own = join(folder, fileName(name, thumbprint));
  await writeFile(own, certificate.toString(), { mode: 0o600 });
  return { ...factsOf(certificate), trusted: true, file: own };
}

async function certificatesIn(folder: string, trusted: boolean): Promise<PeerCertificate[]> {
  const names = (await readdir(folder).catch(() => [])).slice(-MOST);
  const all = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const certificate = await readCertificate(file);
      return certificate === undefined ? [] : [{ ...factsOf(certificate), trusted, file }];
    }),
  );
  return all.flat().sort((a, b) => (a.thumbprint < b.thumbprint ? -1 : 1));
}

/** Undefined for what is no certificate. */
async function readCertificate(file: string): Promise<X509Certificate | undefined> {
  try {
    const { size } = await stat(file);
    return size > MAX_BYTES ? undefined : new X509Certificate(await readFile(file));
  } catch {
    return undefined;
  }
}

function factsOf(certificate: X509Certificate): Omit<PeerCertificate, "trusted" | "file"> {
  const { fingerprint, subject, subjectAltName = "", validTo } = certificate;
  return {
    thumbprint: fingerprint.replaceAll(":", "").toLowerCase(),
    name: plain(/^CN=(.*)$/m.exec(subject)?.[1] ?? "unnamed"),
    applicationUri: plain(/URI:([^,]*)/.exec(subjectAltName)?.[1] ?? ""),
    validTo: new Date(validTo).toISOString().slice(0, 10),
  };
}

/** A stranger chose these words: nothing in them may move the cursor or leave the folder. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N} .:_@/-]/gu, "?").slice(0, 80);

const fileName = (name: string, thumbprint: string): string =>
  `${name.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "")}[${thumbprint}].pem`;
