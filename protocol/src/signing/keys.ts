/** Keys of signatures as operators have them: raw secrets for HMAC, PEM for SM2 and Ed25519. Pure. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";

export const SignatureAlg = z.enum(["hmac-sha256", "hmac-sm3", "sm2", "ed25519"]);
export type SignatureAlg = z.infer<typeof SignatureAlg>;

/** One role's key: `private` signs, `public` verifies; for the HMAC algorithms both are the same secret. */
export type KeyRole = "private" | "public";

/** Shorter secrets are guessed (NIST SP 800-107 asks for no less than the security strength wanted). */
const MIN_SECRET_BYTES = 16;

/** SM2's curve, 1.2.156.10197.1.301, as it stands in DER. */
const SM2_OID = Buffer.from("06082a811ccf5501822d", "hex");
/** An ECPrivateKey begins with version 1 and an octet string of 32 bytes (RFC 5915, section 3). */
const EC_PRIVATE = Buffer.from("0201010420", "hex");
/** A bit string of an uncompressed point: 04 and two coordinates of 32 bytes. */
const EC_POINT = Buffer.from("03420004", "hex");

/** What is wrong with a key, and what to write instead; undefined when it can be used. */
export function keyProblem(
  alg: SignatureAlg,
  role: KeyRole,
  bytes: Uint8Array,
): { readonly reason: string; readonly fix: string } | undefined {
  if (alg === "sm2") {
    const key = role === "private" ? sm2PrivateKey(bytes) : sm2PublicKey(bytes);
    if (key !== undefined) return undefined;
    return { reason: `is no SM2 ${role} key`, fix: `make one with \`${howToMake("SM2", role)}\`` };
  }
  if (alg === "ed25519") {
    if (keyObject(role, bytes)?.asymmetricKeyType === "ed25519") return undefined;
    return { reason: `is no Ed25519 ${role} key`, fix: `make one with \`${howToMake("ED25519", role)}\`` };
  }
  if (bytes.length >= MIN_SECRET_BYTES) return undefined;
  return {
    reason: `has ${bytes.length} bytes, fewer than ${MIN_SECRET_BYTES}`,
    fix: "make one with `openssl rand -hex 32`, and give it to the platform too",
  };
}

const howToMake = (name: string, role: KeyRole): string =>
  role === "private" ? `openssl genpkey -algorithm ${name} -out FILE` : "openssl pkey -in PRIVATE -pubout -out FILE";

/** Undefined for anything that is no PEM key of that role. A private key also stands for its public one. */
export function keyObject(role: KeyRole, bytes: Uint8Array): KeyObject | undefined {
  const pem = Buffer.from(bytes);
  try {
    return role === "private" ? createPrivateKey(pem) : createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/** The private number and the public point, uncompressed, both in hex as the library takes them. */
export interface Sm2PrivateKey {
  readonly secret: string;
  readonly point: string | undefined;
}

/** Node cannot hand out an SM2 key as JWK, so the numbers are read from its DER. */
export function sm2PrivateKey(bytes: Uint8Array): Sm2PrivateKey | undefined {
  const der = keyObject("private", bytes)?.export({ format: "der", type: "pkcs8" });
  if (der === undefined || !der.includes(SM2_OID)) return undefined;
  const secret = after(der, EC_PRIVATE, 32);
  return secret === undefined ? undefined : { secret, point: pointOf(der) };
}

/** `04` and both coordinates, in hex. */
export function sm2PublicKey(bytes: Uint8Array): string | undefined {
  const der = keyObject("public", bytes)?.export({ format: "der", type: "spki" });
  return der?.includes(SM2_OID) === true ? pointOf(der) : undefined;
}

function pointOf(der: Buffer): string | undefined {
  const coordinates = after(der, EC_POINT, 64);
  return coordinates === undefined ? undefined : `04${coordinates}`;
}

function after(der: Buffer, mark: Buffer, length: number): string | undefined {
  const at = der.indexOf(mark);
  const begin = at + mark.length;
  return at < 0 || der.length < begin + length ? undefined : der.toString("hex", begin, begin + length);
}
