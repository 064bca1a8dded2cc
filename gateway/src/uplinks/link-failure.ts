/** What broke the way to a platform, as a LinkError that tells its operator what to do. */
import { LinkError } from "@gatehouse/protocol";

export type BrokenWay =
  | "unknown-name"
  | "nobody-listens"
  | "no-way"
  | "own-certificate"
  | "other-name"
  | "not-yet-valid"
  | "expired"
  | "unknown-authority"
  | "no-tls"
  | "handshake";

/** By the code and message of Node or OpenSSL; the first that matches. */
const WAYS: readonly (readonly [RegExp, BrokenWay])[] = [
  [/^(ENOTFOUND|EAI_AGAIN)\b/, "unknown-name"],
  [/^ECONNREFUSED\b/, "nobody-listens"],
  [/^(EHOSTUNREACH|ENETUNREACH)\b/, "no-way"],
  [/^ERR_OSSL_/, "own-certificate"],
  [/^ERR_TLS_CERT_ALTNAME/, "other-name"],
  [/^CERT_NOT_YET_VALID/, "not-yet-valid"],
  [/^CERT_HAS_EXPIRED/, "expired"],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_)/, "unknown-authority"],
  [/wrong version number|packet length too long/, "no-tls"],
  [/^(ERR_SSL_|EPROTO)/, "handshake"],
];

const RENEW = "renew its certificate, unless the clock of this machine is wrong";
const ADVICE: Readonly<Partial<Record<BrokenWay, string>>> = {
  "own-certificate": "`tls.cert` and `tls.key` must be a PEM certificate and the private key that belongs to it",
  "other-name": "write the name that stands in its certificate into `url`",
  "not-yet-valid": RENEW,
  expired: RENEW,
  "unknown-authority":
    "paste the platform's CA certificate into its form in the console, or name its file as `tls.ca`; of `webhook` and `wecom` the certificate must be one that browsers know",
  "no-tls": "what listens there does not speak TLS: check the port in `url`",
  handshake: "if it asks for a client certificate, check `tls.cert` and `tls.key`",
};

/** Instead of words that are for whoever starts Node, or names its parts. */
const SAYS: Readonly<Partial<Record<BrokenWay, string>>> = {
  "unknown-authority": "its certificate is not from an authority this gateway knows",
  "not-yet-valid": "its certificate is not valid yet",
  expired: "its certificate has expired",
};

/** Undefined for what only its own words describe, as a broker's refusal. */
export function brokenWay(cause: unknown): BrokenWay | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { message, code } = cause as Error & { readonly code?: unknown };
  // A number is the refusal of a broker.
  if (typeof code === "number") return undefined;
  return WAYS.find(([pattern]) => pattern.test(`${String(code)} ${message}`))?.[1];
}

/** `refused` when nobody is there, or one side does not believe the other. `what` names the attempt, `address` the key that says where to. */
export function linkFailure(what: string, cause: unknown, address = "url"): LinkError {
  if (cause instanceof LinkError) return cause;
  const { message, code } = cause as Error & { readonly code?: unknown };
  const way = brokenWay(cause);
  const said = `${what}: ${(way === undefined ? undefined : SAYS[way]) ?? message.trim()}`;
  if (way === undefined) return new LinkError(typeof code === "number" ? "refused" : "closed", said, { cause });
  const advice = ADVICE[way]?.replace("`url`", `\`${address}\``);
  return new LinkError("refused", advice === undefined ? said : `${said} (${advice})`, { cause });
}
