/** The cards and codes of a site: who holds which, and what the register of credentials says of them. */
import type { Random } from "@gatehouse/protocol/testing";

export type KeyRole = "tenant" | "staff" | "landlord" | "cleaner" | "visitor";

/** One card, phone or code as the gateway knows it. */
export interface Key {
  readonly pseudonym: string;
  /** How the site file lists it; a key the register does not know is not listed. */
  readonly listed?: { readonly role: KeyRole; readonly space?: string };
}

/** A key and how often its holder takes this one, beside the others. */
export interface HeldKey {
  readonly key: Key;
  readonly weight: number;
}

/** Hands out keys whose pseudonyms never repeat within the site. */
export class KeyCutter {
  readonly #random: Random;
  readonly #taken = new Set<string>();
  readonly keys: Key[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  cut(listed?: Key["listed"]): Key {
    let pseudonym: string;
    do {
      const high = (this.#random.uint32() >>> 0).toString(16).padStart(8, "0");
      pseudonym = `c_${high}${this.#random.int(0, 255).toString(16).padStart(2, "0")}`;
    } while (this.#taken.has(pseudonym));
    this.#taken.add(pseudonym);
    const key: Key = listed === undefined ? { pseudonym } : { pseudonym, listed };
    this.keys.push(key);
    return key;
  }
}

export function pickKey(random: Random, held: readonly HeldKey[]): Key | undefined {
  if (held.length < 2) return held[0]?.key;
  let left = random.float() * held.reduce((sum, { weight }) => sum + weight, 0);
  for (const { key, weight } of held) {
    left -= weight;
    if (left < 0) return key;
  }
  return held.at(-1)?.key;
}
