/** The certificate an operator gives instead of the box's own. */
import { createSecureContext } from "node:tls";
import { ConfigError, type ConsoleSettings, type SecretRef } from "@gatehouse/protocol";
import type { ServerCertificate } from "./own-certificates.ts";

/** Undefined where the box makes its own. Throws ConfigError where it cannot be used. */
export function givenCertificate(
  { tls, plain }: ConsoleSettings,
  secret: (ref: SecretRef) => Buffer,
): ServerCertificate | undefined {
  if (plain || tls === undefined) return undefined;
  const certificate = { cert: secret(tls.cert).toString("utf8"), key: secret(tls.key).toString("utf8") };
  try {
    createSecureContext(certificate);
    return certificate;
  } catch (cause) {
    const reason = `certificate and key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    const fix =
      "give the certificate chain and the private key that belongs to it, both PEM, the key without a passphrase";
    throw new ConfigError({ path: "console.tls", reason, fix }, { cause });
  }
}
