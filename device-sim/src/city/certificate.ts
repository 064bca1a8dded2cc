/** A certificate made at start, so that HTTPS can be tried without any set-up. It is its own authority. */
import { generate } from "selfsigned";

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** For localhost and the loopback addresses; valid whatever the clock says. */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.UTC(2000, 0, 1)),
    notAfterDate: new Date(Date.UTC(2099, 11, 31)),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { certPem: made.cert, keyPem: made.private };
}
