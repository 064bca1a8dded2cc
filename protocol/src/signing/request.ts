/** Signed HTTP requests: the text a signature covers, the headers that carry it, and what a platform checks. Pure. */
import { hexDigest, type Signer, type Verifier } from "./signature.ts";

/** Names of the headers, in lower case as Node gives them. */
export const SIGNATURE_HEADERS = {
  key: "gatehouse-key",
  time: "gatehouse-time",
  nonce: "gatehouse-nonce",
  signature: "gatehouse-signature",
} as const;

export interface SignedRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly body: Uint8Array;
}

export interface RequestStamp {
  readonly keyId: string;
  /** RFC 3339. */
  readonly time: string;
  /** Used once within the time a platform accepts. */
  readonly nonce: string;
}

/** What is signed: method, path with query, time, nonce and the hash of the body in hex, a line each, without a newline at the end. */
export function signedText(alg: Signer["alg"], { method, target, body }: SignedRequest, stamp: RequestStamp): string {
  return [method, target, stamp.time, stamp.nonce, hexDigest(alg, body)].join("\n");
}

export function signRequest(signer: Signer, request: SignedRequest, stamp: RequestStamp): Record<string, string> {
  const text = signedText(signer.alg, request, stamp);
  return {
    [SIGNATURE_HEADERS.key]: stamp.keyId,
    [SIGNATURE_HEADERS.time]: stamp.time,
    [SIGNATURE_HEADERS.nonce]: stamp.nonce,
    [SIGNATURE_HEADERS.signature]: signer.sign(Buffer.from(text)).toString("base64"),
  };
}

export interface RequestCheck {
  /** The verifier of a key id; undefined for a key nobody knows. */
  readonly verifierOf: (keyId: string) => Verifier | undefined;
  readonly nowMs: number;
  /** How far the signed time may be from `nowMs`, both ways. */
  readonly windowMs: number;
}

/** `signed`: remember the nonce for twice the window, and refuse it when it comes again. */
export type CheckedRequest =
  | { readonly ok: true; readonly stamp: RequestStamp }
  | { readonly ok: false; readonly problem: "unsigned" | "key" | "signature" | "stale"; readonly reason: string };

const NONCE = /^[A-Za-z0-9_-]{16,64}$/;

/** The signature is looked at before the time: only who has the key is told that its clock is wrong. */
export function checkRequest(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  request: SignedRequest,
  { verifierOf, nowMs, windowMs }: RequestCheck,
): CheckedRequest {
  const [keyId, time, nonce, signature] = Object.values(SIGNATURE_HEADERS).map((name) => headers[name]);
  if (!isText(keyId) || !isText(time) || !isText(nonce) || !isText(signature) || !NONCE.test(nonce)) {
    return { ok: false, problem: "unsigned", reason: "the request is not signed" };
  }
  const verifier = verifierOf(keyId);
  if (verifier === undefined) return { ok: false, problem: "key", reason: "unknown key" };
  const stamp = { keyId, time, nonce };
  const text = signedText(verifier.alg, request, stamp);
  if (!verifier.verify(Buffer.from(text), Buffer.from(signature, "base64"))) {
    return { ok: false, problem: "signature", reason: "wrong signature" };
  }
  if (!(Math.abs(Date.parse(time) - nowMs) <= windowMs)) {
    return { ok: false, problem: "stale", reason: `the signed time ${time} is too far from the platform's` };
  }
  return { ok: true, stamp };
}

const isText = (value: string | readonly string[] | undefined): value is string => typeof value === "string";
