/** One try to open a secure session with one key, as the ACU does it: CHLNG, CCRYPT, SCRYPT, RMAC_I. */
import type { AcuAnswer, Outgoing } from "./acu-link.ts";
import { SCS } from "./frame.ts";
import { type Agreement, agree, isSame, SCBK_DEFAULT, SecureSession } from "./secure-channel.ts";

/** A key the ACU may try, under a name of its owner's. */
export interface AcuKey {
  readonly name: string;
  readonly key: Uint8Array;
}

/** The key everybody knows. Its session is good for giving the reader a key of its own, and for nothing else. */
export const FACTORY_KEY: AcuKey = { name: "factory", key: SCBK_DEFAULT };

/** What the PD's answer to the challenge says of its key. */
export type Proof =
  | "proved"
  /** It has another one. */
  | "other-key"
  /** Asked for its own, it has only the factory's. */
  | "factory-key"
  /** It refuses to speak of keys: not now, or never. */
  | "refused"
  | "unsupported";

const UNSUPPORTED_NAKS: readonly number[] = [3, 5];

export class Handshake {
  readonly key: AcuKey;
  readonly #random: Uint8Array;
  #agreement: Agreement | undefined;

  /** `random` is eight bytes nobody can foresee. */
  constructor(key: AcuKey, random: Uint8Array) {
    this.key = key;
    this.#random = random;
  }

  challenge(): Outgoing {
    return { command: { kind: "chlng", random: this.#random }, block: this.#block(SCS[11]) };
  }

  /** The answer to the challenge. */
  prove({ reply, block }: AcuAnswer): Proof {
    if (reply.kind === "nak") return UNSUPPORTED_NAKS.includes(reply.reason) ? "unsupported" : "refused";
    if (reply.kind !== "ccrypt" || block?.type !== SCS[12]) return "refused";
    const keyNumber = block.data[0];
    if (keyNumber !== this.#keyNumber) return keyNumber === 0 ? "factory-key" : "other-key";
    const agreement = agree(this.key.key, this.#random, reply.random);
    if (!isSame(agreement.pdCryptogram, reply.cryptogram)) return "other-key";
    this.#agreement = agreement;
    return "proved";
  }

  /** Only after the PD proved its key. */
  answer(): Outgoing {
    const cryptogram = this.#agreement?.acuCryptogram ?? new Uint8Array(16);
    return { command: { kind: "scrypt", cryptogram }, block: this.#block(SCS[13]) };
  }

  /** The session, when the PD has accepted our proof. */
  open({ reply, block }: AcuAnswer): SecureSession | undefined {
    if (this.#agreement === undefined || reply.kind !== "rmac" || block?.type !== SCS[14] || block.data[0] !== 1)
      return undefined;
    const { keys, initialMac } = this.#agreement;
    return isSame(initialMac, reply.mac) ? new SecureSession(keys, initialMac) : undefined;
  }

  get #keyNumber(): number {
    return this.key === FACTORY_KEY ? 0 : 1;
  }

  #block(type: number) {
    return { type, data: Uint8Array.of(this.#keyNumber) };
  }
}
