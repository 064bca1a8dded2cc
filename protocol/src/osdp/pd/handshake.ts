/** A PD's half of the handshake: which key, its cryptogram, and whether the ACU's is right. */
import { type OsdpFrame, SCS, type SecurityBlock } from "../frame.ts";
import type { Identity, OsdpReply } from "../replies.ts";
import { type Agreement, agree, isSame, SCBK_DEFAULT, SecureSession } from "../secure-channel.ts";
import type { PdOptions } from "./state.ts";

const DEFAULT_KEY = 0;
const OWN_KEY = 1;
const FAILED = 0xff;

/** A reply with the security block it stands under. */
export interface HandshakeReply {
  readonly reply: OsdpReply;
  readonly security: SecurityBlock;
}

export class PdHandshake {
  readonly #clientUid: Uint8Array;
  readonly #random: (count: number) => Uint8Array;
  #scbk: Uint8Array | undefined;
  #install: boolean;
  #pending: Agreement | undefined;

  constructor(options: PdOptions, random: (count: number) => Uint8Array) {
    this.#clientUid = options.clientUid ?? uidOf(options.identity);
    this.#random = random;
    this.#scbk = options.scbk;
    this.#install = options.install ?? false;
  }

  get installMode(): boolean {
    return this.#install;
  }

  get key(): Uint8Array | undefined {
    return this.#scbk;
  }

  closeInstallMode(): void {
    this.#install = false;
  }

  /** The key of KEYSET, or another one under the ACU's nose. Ends install mode. */
  setKey(scbk: Uint8Array): void {
    this.#scbk = scbk.slice();
    this.#install = false;
  }

  forget(): void {
    this.#pending = undefined;
  }

  /** CCRYPT; undefined when there is no key at all. The block says which key it is, whatever the ACU asked for. */
  challenge(acuRandom: Uint8Array, wanted: number): HandshakeReply | undefined {
    const byDefault = this.#install && (wanted === DEFAULT_KEY || this.#scbk === undefined);
    const key = byDefault ? SCBK_DEFAULT : this.#scbk;
    if (key === undefined) return undefined;
    const random = this.#random(8);
    const agreed = agree(key, acuRandom, random);
    this.#pending = agreed;
    return {
      reply: { kind: "ccrypt", clientUid: this.#clientUid, random, cryptogram: agreed.pdCryptogram },
      security: { type: SCS[12], data: Uint8Array.of(byDefault ? DEFAULT_KEY : OWN_KEY) },
    };
  }

  /** The session, where the ACU has the key too; undefined where it has not. Either way the challenge is used up. */
  confirm(acuCryptogram: Uint8Array): { readonly session: SecureSession; readonly answer: HandshakeReply } | undefined {
    const agreed = this.#pending;
    this.#pending = undefined;
    if (agreed === undefined || !isSame(agreed.acuCryptogram, acuCryptogram)) return undefined;
    return {
      session: new SecureSession(agreed.keys, agreed.initialMac),
      answer: rmac(agreed.initialMac, 1),
    };
  }
}

/** RMAC_I that says no. */
export const FAILED_RMAC: HandshakeReply = rmac(new Uint8Array(16), FAILED);

function rmac(mac: Uint8Array, status: number): HandshakeReply {
  return { reply: { kind: "rmac", mac }, security: { type: SCS[14], data: Uint8Array.of(status) } };
}

/** Which key a handshake frame asks for. */
export function keyWanted(frame: OsdpFrame): number {
  return frame.security?.data[0] === DEFAULT_KEY ? DEFAULT_KEY : OWN_KEY;
}

function uidOf({ vendor, model, serial }: Identity): Uint8Array {
  return Uint8Array.of(...vendor, model, serial, serial >>> 8, serial >>> 16, serial >>> 24);
}
