/** Pseudonyms: what is left of a card or key number once it is inside the gateway. */
import { createHmac, type KeyObject } from "node:crypto";

/**
 * `c_` and 40 bits of HMAC-SHA-256 under the box's own key. Keyed because a plain hash of a 24-bit card number is reversed in seconds; 40 bits
 * because a site has some thousand cards (chance of one collision among 10,000: 1 in 20,000).
 */
export function pseudonym(key: KeyObject, credential: string): string {
  return `c_${createHmac("sha256", key).update(credential).digest("hex").slice(0, 10)}`;
}
