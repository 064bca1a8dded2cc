/** A process of its own that makes certificates and ends: the library's 20 MB go with it, which those of a thread do not. */
import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { CertificateTask, MadeCertificates } from "./certificate-task.ts";
import { nameConstraints } from "./name-constraints.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const NAME_CONSTRAINTS = "2.5.29.30";
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 20 * 365;
/** Browsers refuse server certificates that are good for longer. */
const SERVER_DAYS = 397;
/** The clock of a phone may be a little behind. */
const BACK_MS = DAY_MS;

async function newKeys(): Promise<{ readonly keys: webcrypto.CryptoKeyPair; readonly pem: string }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const bytes = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { keys, pem: `${PemConverter.encode(bytes, "PRIVATE KEY")}\n` };
}

async function makeAuthority({ commonName, names, nowMs }: CertificateTask): Promise<MadeCertificates["authority"]> {
  const { keys, pem } = await newKeys();
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`Gatehouse CA ${commonName}`] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACK_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new Extension(NAME_CONSTRAINTS, true, nameConstraints(names)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${cert.toString("pem")}\n`, key: pem };
}

async function makeServer(
  { commonName, names, nowMs }: CertificateTask,
  authority: MadeCertificates["authority"],
): Promise<MadeCertificates["server"]> {
  const { keys, pem } = await newKeys();
  const issuer = new X509Certificate(authority.cert);
  const issuerKey = PemConverter.decodeFirst(authority.key);
  const signingKey = await crypto.subtle.importKey("pkcs8", issuerKey, ALGORITHM, false, ["sign"]);
  const cert = await X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACK_MS),
    notAfter: new Date(nowMs - BACK_MS + SERVER_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { cert: `${cert.toString("pem")}\n`, key: pem };
}

process.once("message", async (task: CertificateTask) => {
  const authority = task.authority ?? (await makeAuthority(task));
  const made: MadeCertificates = { authority, server: await makeServer(task, authority) };
  process.send?.(made, () => process.disconnect());
});
