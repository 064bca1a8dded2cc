/** Both roles of a signature, the same for every algorithm: who holds a key signs bytes, or tells whether a signature fits them. */
import { createHash, createHmac, sign as nodeSign, verify as nodeVerify, timingSafeEqual } from "node:crypto";
import { InvariantError } from "../errors.ts";
import { keyObject, type SignatureAlg, sm2PrivateKey, sm2PublicKey } from "./keys.ts";
import { loadSm2 } from "./sm2.ts";

export interface Signer {
  readonly alg: SignatureAlg;
  sign(message: Uint8Array): Buffer;
}

export interface Verifier {
  readonly alg: SignatureAlg;
  /** False for whatever is no valid signature; never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

type HmacAlg = Extract<SignatureAlg, "hmac-sha256" | "hmac-sm3">;

/** The digest that goes with an algorithm: SM3 for those of the SM family. */
export const digestOf = (alg: SignatureAlg): "sm3" | "sha256" =>
  alg === "hmac-sm3" || alg === "sm2" ? "sm3" : "sha256";

export const hexDigest = (alg: SignatureAlg, bytes: Uint8Array): string =>
  createHash(digestOf(alg)).update(bytes).digest("hex");

/** `key`: a secret, or a PEM private key. Throws InvariantError for a key that keyProblem() would have named. */
export async function createSigner(alg: SignatureAlg, key: Uint8Array): Promise<Signer> {
  if (alg === "sm2") {
    const pair = usable(sm2PrivateKey(key), alg);
    const sm2 = await loadSm2();
    return { alg, sign: (message) => sm2.sign(message, pair) };
  }
  if (alg === "ed25519") {
    const secret = usable(keyObject("private", key), alg);
    return { alg, sign: (message) => nodeSign(null, message, secret) };
  }
  return { alg, sign: (message) => hmac(alg, key, message) };
}

/** `key`: a secret, or a PEM public key. Throws InvariantError for a key that keyProblem() would have named. */
export async function createVerifier(alg: SignatureAlg, key: Uint8Array): Promise<Verifier> {
  if (alg === "sm2") {
    const point = usable(sm2PublicKey(key), alg);
    const sm2 = await loadSm2();
    return { alg, verify: (message, signature) => sm2.verify(message, signature, point) };
  }
  if (alg === "ed25519") {
    const known = usable(keyObject("public", key), alg);
    return { alg, verify: (message, signature) => nodeVerify(null, message, known, signature) };
  }
  return {
    alg,
    verify: (message, signature) => {
      const right = hmac(alg, key, message);
      return right.length === signature.length && timingSafeEqual(right, signature);
    },
  };
}

const hmac = (alg: HmacAlg, key: Uint8Array, message: Uint8Array): Buffer =>
  createHmac(digestOf(alg), key).update(message).digest();

function usable<T>(key: T | undefined, alg: SignatureAlg): T {
  if (key === undefined) throw new InvariantError(`not a key for ${alg}`);
  return key;
}
