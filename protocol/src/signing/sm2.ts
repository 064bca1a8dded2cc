/** SM2 signatures (GB/T 32918.2) with SM3 and the standard id, in DER as OpenSSL and GM/T 0009 have them. */
import type { Sm2PrivateKey } from "./keys.ts";

/** What both sides mix into the hash where no other id was agreed upon (GM/T 0009, section 10). */
export const SM2_ID = "1234567812345678";

/** The order of the curve's group: both halves of a signature lie between 1 and one less. */
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

export interface Sm2 {
  sign(message: Uint8Array, key: Sm2PrivateKey): Buffer;
  /** False for whatever is no valid signature, however it is malformed. */
  verify(message: Uint8Array, signature: Uint8Array, point: string): boolean;
}

let loaded: Promise<Sm2> | undefined;

/** The library costs time and memory, so it comes only where SM2 is used. */
export function loadSm2(): Promise<Sm2> {
  loaded ??= import("sm-crypto-v2").then(({ sm2 }) => ({
    sign: (message, { secret, point }) => {
      const publicKey = point ?? sm2.getPublicKeyFromPrivateKey(secret);
      const options = { hash: true, der: true, publicKey, userId: SM2_ID };
      return Buffer.from(sm2.doSignature(message, secret, options), "hex");
    },
    verify: (message, signature, point) => {
      const halves = readSignature(signature);
      if (halves === undefined) return false;
      try {
        return sm2.doVerifySignature(message, halves, point, { hash: true, userId: SM2_ID });
      } catch {
        // The library throws at a point that is not on the curve.
        return false;
      }
    },
  }));
  return loaded;
}

/** Both halves in hex, 32 bytes each; undefined for any other form than the one DER allows. */
function readSignature(der: Uint8Array): string | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const r = readInteger(der, 2);
  const s = r === undefined ? undefined : readInteger(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  return r.hex + s.hex;
}

function readInteger(der: Uint8Array, at: number): { readonly hex: string; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const begin = at + 2;
  const end = begin + length;
  const first = der[begin];
  if (der[at] !== 0x02 || length === 0 || length > 33 || end > der.length || first === undefined) return undefined;
  if (first >= 0x80 || (first === 0 && length > 1 && (der[begin + 1] ?? 0) < 0x80)) return undefined;
  const value = BigInt(`0x${Buffer.from(der.subarray(begin, end)).toString("hex")}`);
  return value > 0n && value < ORDER ? { hex: value.toString(16).padStart(64, "0"), end } : undefined;
}
