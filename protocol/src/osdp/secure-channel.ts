/** OSDP's secure channel: keys, cryptograms and the chain of MACs, the same for ACU and PD. Pure but for AES-128. */
import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv, timingSafeEqual } from "node:crypto";
import { FrameError } from "../errors.ts";
import { hasMac, type OsdpFrame, SCS, withoutTail } from "./frame.ts";

const BLOCK = 16;

/** The key every PD has before it is given its own: known to everybody, for installation only. */
export const SCBK_DEFAULT: Uint8Array = Uint8Array.from({ length: BLOCK }, (_, i) => 0x30 + i);

/** What both sides know once the random numbers are exchanged. */
export interface Agreement {
  readonly keys: SessionKeys;
  /** Proves to the ACU that the PD has the key: CCRYPT. */
  readonly pdCryptogram: Uint8Array;
  /** Proves to the PD that the ACU has it: SCRYPT. */
  readonly acuCryptogram: Uint8Array;
  /** The PD's answer to it, and where the chain of MACs begins: RMAC_I. */
  readonly initialMac: Uint8Array;
}

export interface SessionKeys {
  readonly enc: Uint8Array;
  readonly mac1: Uint8Array;
  readonly mac2: Uint8Array;
}

/** Annex D.3: three session keys out of the base key and the first six bytes of the ACU's random number. */
function sessionKeys(scbk: Uint8Array, acuRandom: Uint8Array): SessionKeys {
  const base = new Aes(scbk);
  const derive = (tag: number) => {
    const seed = new Uint8Array(BLOCK);
    seed.set([1, tag]);
    seed.set(acuRandom.subarray(0, 6), 2);
    return base.encrypt(seed);
  };
  return { enc: derive(0x82), mac1: derive(0x01), mac2: derive(0x02) };
}

export function agree(scbk: Uint8Array, acuRandom: Uint8Array, pdRandom: Uint8Array): Agreement {
  const keys = sessionKeys(scbk, acuRandom);
  const enc = new Aes(keys.enc);
  const acuCryptogram = enc.encrypt(Uint8Array.from([...pdRandom, ...acuRandom]));
  return {
    keys,
    pdCryptogram: enc.encrypt(Uint8Array.from([...acuRandom, ...pdRandom])),
    acuCryptogram,
    initialMac: new Aes(keys.mac2).encrypt(new Aes(keys.mac1).encrypt(acuCryptogram)),
  };
}

/** The base key of the PD with this identity under a master key. */
export function scbkFromMaster(master: Uint8Array, clientUid: Uint8Array): Uint8Array {
  return new Aes(master).encrypt(Uint8Array.from([...clientUid, ...inverted(clientUid)]));
}

/** In constant time; unequal lengths are unequal. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * One session from RMAC_I on. Frames are sealed and opened in the order of the line: each MAC chains on the other side's last one. A frame
 * that is sent again is sent as the same bytes, never sealed anew; a frame that fails to open changes nothing.
 */
export class SecureSession {
  readonly #enc: Aes;
  readonly #mac1: Aes;
  readonly #mac2: Aes;
  /** The last MAC of each direction. */
  #commandMac: Uint8Array;
  #replyMac: Uint8Array;

  constructor(keys: SessionKeys, initialMac: Uint8Array, commandMac: Uint8Array = new Uint8Array(BLOCK)) {
    this.#enc = new Aes(keys.enc);
    this.#mac1 = new Aes(keys.mac1);
    this.#mac2 = new Aes(keys.mac2);
    this.#replyMac = initialMac;
    this.#commandMac = commandMac;
  }

  /** The frame under SCS_15 to SCS_18, encrypted where it has data. A `type` below SCS_17 leaves data readable, as no ACU must. */
  seal(
    frame: Omit<OsdpFrame, "security" | "mac">,
    type: number = (frame.payload.length === 0 ? SCS[15] : SCS[17]) + (frame.reply ? 1 : 0),
  ): OsdpFrame {
    const chain = frame.reply ? this.#commandMac : this.#replyMac;
    const payload = type < SCS[17] ? frame.payload : this.#encrypt(frame.payload, chain);
    const sealed = { ...frame, security: { type, data: new Uint8Array(0) }, payload };
    const mac = this.#mac(withoutTail(sealed), chain);
    this.#chain(frame.reply, mac);
    return { ...sealed, mac: mac.slice(0, 4) };
  }

  /**
   * The payload in the clear. The MAC of the other direction decides, not the block's own number: some PDs answer with data under SCS_15.
   * Throws FrameError: `checksum` for a wrong MAC, `payload` for a frame outside the session or wrongly padded data.
   */
  open(frame: OsdpFrame): Uint8Array {
    if (!hasMac(frame.security) || frame.mac === undefined)
      throw new FrameError("payload", "this frame belongs to no secure session");
    const chain = frame.reply ? this.#commandMac : this.#replyMac;
    const mac = this.#mac(withoutTail(frame), chain);
    if (!isSame(mac.subarray(0, 4), frame.mac)) throw new FrameError("checksum", "wrong MAC");
    const encrypted = frame.security !== undefined && frame.security.type >= SCS[17];
    const payload = encrypted ? this.#decrypt(frame.payload, chain) : frame.payload;
    this.#chain(frame.reply, mac);
    return payload;
  }

  #chain(reply: boolean, mac: Uint8Array): void {
    if (reply) this.#replyMac = mac;
    else this.#commandMac = mac;
  }

  #mac(text: Uint8Array, chain: Uint8Array): Uint8Array {
    const blocks = text.length % BLOCK === 0 ? text : padded(text);
    let mac = chain;
    for (let at = 0; at < blocks.length; at += BLOCK) {
      const aes = at + BLOCK === blocks.length ? this.#mac2 : this.#mac1;
      mac = aes.encrypt(mixed(mac, blocks, at));
    }
    return mac;
  }

  #encrypt(data: Uint8Array, chain: Uint8Array): Uint8Array {
    const plain = padded(data);
    let last = inverted(chain);
    for (let at = 0; at < plain.length; at += BLOCK) {
      last = this.#enc.encrypt(mixed(last, plain, at));
      plain.set(last, at);
    }
    return plain;
  }

  #decrypt(data: Uint8Array, chain: Uint8Array): Uint8Array {
    if (data.length === 0 || data.length % BLOCK !== 0)
      throw new FrameError("payload", `${data.length} encrypted bytes are no whole blocks`);
    const plain = new Uint8Array(data.length);
    let last = inverted(chain);
    for (let at = 0; at < data.length; at += BLOCK) {
      const block = data.subarray(at, at + BLOCK);
      plain.set(mixed(last, this.#enc.decrypt(block), 0), at);
      last = block;
    }
    const end = plain.findLastIndex((byte) => byte !== 0);
    if (plain[end] !== 0x80) throw new FrameError("payload", "the data's padding is wrong");
    return plain.subarray(0, end);
  }
}

/** 80 00 … up to a whole block, at least one byte of it. */
function padded(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array((Math.floor(data.length / BLOCK) + 1) * BLOCK);
  whole.set(data);
  whole[data.length] = 0x80;
  return whole;
}

function inverted(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => ~byte);
}

function mixed(a: Uint8Array, bytes: Uint8Array, at: number): Uint8Array {
  return a.map((byte, i) => byte ^ (bytes[at + i] as number));
}

/** AES-128 a block at a time; the ciphers are kept, making one costs more than many blocks. */
class Aes {
  readonly #key: Uint8Array;
  readonly #cipher: Cipheriv;
  #decipher: Decipheriv | undefined;

  constructor(key: Uint8Array) {
    if (key.length !== BLOCK) throw new FrameError("payload", `a key has ${BLOCK} bytes, not ${key.length}`);
    this.#key = key;
    this.#cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  }

  encrypt(block: Uint8Array): Uint8Array {
    return new Uint8Array(this.#cipher.update(block));
  }

  decrypt(block: Uint8Array): Uint8Array {
    this.#decipher ??= createDecipheriv("aes-128-ecb", this.#key, null).setAutoPadding(false);
    return new Uint8Array(this.#decipher.update(block));
  }
}
