/** Whether the city believes a request: a known key, a right signature, a fresh time, a nonce that was not used. */
import type { IncomingMessage } from "node:http";
import { type Clock, checkRequest, createVerifier, type SignatureAlg, type Verifier } from "@gatehouse/protocol";

/** For HMAC the shared secret, else the gateway's public key as PEM. */
export interface CityKey {
  readonly alg: SignatureAlg;
  readonly key: Uint8Array;
}

/** Why a request is not believed; undefined when it is. */
export type Disbelief = (request: IncomingMessage, body: Uint8Array) => string | undefined;

const WINDOW_MS = 300_000;

export async function disbelief(keys: Readonly<Record<string, CityKey>>, clock: Clock): Promise<Disbelief> {
  const verifiers = new Map<string, Verifier>();
  for (const [keyId, { alg, key }] of Object.entries(keys)) verifiers.set(keyId, await createVerifier(alg, key));
  const used = new Map<string, number>();
  return ({ headers, method = "", url = "" }, body) => {
    const nowMs = clock.nowMs();
    for (const [nonce, atMs] of used) if (nowMs - atMs > 2 * WINDOW_MS) used.delete(nonce);
    const verifierOf = (keyId: string) => verifiers.get(keyId);
    const checked = checkRequest(headers, { method, target: url, body }, { verifierOf, nowMs, windowMs: WINDOW_MS });
    if (!checked.ok) return checked.reason;
    const { keyId, nonce } = checked.stamp;
    if (used.has(`${keyId} ${nonce}`)) return "this nonce was used before";
    used.set(`${keyId} ${nonce}`, nowMs);
    return undefined;
  };
}
