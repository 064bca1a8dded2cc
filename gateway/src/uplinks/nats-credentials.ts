/** How the gateway proves to a NATS server who it is. */
import { LinkError, type SecretRef } from "@gatehouse/protocol";
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";

export interface NatsCredentials {
  readonly nkey?: SecretRef | undefined;
  readonly creds?: SecretRef | undefined;
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
}

/** Undefined for a server that asks nobody. Throws LinkError when a secret is not what it should be: the library would only fall silent. */
export function authenticatorOf(
  { nkey, creds, username, password }: NatsCredentials,
  secret: (ref: SecretRef) => Buffer,
): Authenticator | undefined {
  const text = (ref: SecretRef) => secret(ref).toString("utf8").trim();
  if (nkey !== undefined) {
    const seed = Buffer.from(text(nkey));
    return tried(
      nkeyAuthenticator(seed),
      "the secret of `nkey` is no seed of a user: it is one line that begins with SU",
    );
  }
  if (creds !== undefined) {
    const file = Buffer.from(`${text(creds)}\n`);
    return tried(
      credsAuthenticator(file),
      "the secret of `creds` is no credentials file as `nsc generate creds` writes it",
    );
  }
  if (username === undefined) return undefined;
  return usernamePasswordAuthenticator(username, password === undefined ? undefined : text(password));
}

function tried(authenticator: Authenticator, advice: string): Authenticator {
  try {
    authenticator("a server's nonce");
  } catch (cause) {
    throw new LinkError("refused", advice, { cause });
  }
  return authenticator;
}
