/** What broke the way to a platform, as a LinkError that tells its operator what to do. */
import { LinkError } from "@gatehouse/protocol";

const NOBODY: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"];

/** By the code and message of Node or OpenSSL; the first that matches. */
const TLS_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^ERR_OSSL_/, "`tls.cert` and `tls.key` must be a PEM certificate and the private key that belongs to it"],
  [/^ERR_TLS_CERT_ALTNAME/, "write the name that stands in its certificate into `url`"],
  [/^CERT_(NOT_YET_VALID|HAS_EXPIRED)/, "renew its certificate, unless the clock of this machine is wrong"],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_)/, "name the authority that signed its certificate in `tls.ca`"],
  [/wrong version number|packet length too long/, "what listens there does not speak TLS: check the port in `url`"],
  [/^(ERR_SSL_|EPROTO)/, "if it asks for a client certificate, check `tls.cert` and `tls.key`"],
];

/** `refused` when nobody is there, or one side does not believe the other. `what` names the attempt, `address` the key that says where to. */
export function linkFailure(what: string, cause: unknown, address = "url"): LinkError {
  const { message, code } = cause as Error & { readonly code?: unknown };
  const said = `${what}: ${message.trim()}`;
  // A number is the refusal of a broker.
  if (typeof code === "number" || NOBODY.includes(String(code))) return new LinkError("refused", said, { cause });
  const advice = TLS_ADVICE.find(([pattern]) => pattern.test(`${String(code)} ${message}`))?.[1];
  if (advice === undefined) return new LinkError("closed", said, { cause });
  return new LinkError("refused", `${said} (${advice.replace("`url`", `\`${address}\``)})`, { cause });
}
