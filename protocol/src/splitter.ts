/** From a stream of chunks to frames and noise, for every byte-oriented protocol. Bounded: it holds at most one frame and one chunk. */

/** What a framing makes of the bytes at the front. */
export type Look =
  /** A whole, checked frame of so many bytes stands here. */
  | { readonly frame: number }
  /** It may be one, when so many bytes are there in all (more than are there now). */
  | { readonly need: number }
  /** No frame begins here: so many bytes are noise; after a false start 1, so that a frame inside it is found. */
  | { readonly skip: number; readonly reason: NoiseReason };

/** `garbage` before a start byte; the others are false or damaged frames. */
export type NoiseReason = "garbage" | "length" | "checksum" | "format" | "truncated";

export interface Framing {
  /** No frame is longer; a header that says more is `skip: 1, reason: "length"`. */
  readonly maxBytes: number;
  /** `bytes` is never empty. Pure; throws nothing. */
  look(bytes: Uint8Array): Look;
}

export type Piece =
  | { readonly kind: "frame"; readonly bytes: Uint8Array }
  | { readonly kind: "noise"; readonly bytes: Uint8Array; readonly reason: NoiseReason };

/** One direction of one line. Pieces in order; together they are exactly the bytes that came in. */
export class Splitter {
  readonly #framing: Framing;
  #held: Uint8Array = new Uint8Array(0);

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  /** Bytes held back because a frame may still become whole. */
  get held(): number {
    return this.#held.length;
  }

  push(chunk: Uint8Array): Piece[] {
    return this.#split(this.#held.length === 0 ? chunk : joined(this.#held, chunk), false);
  }

  /** The line has fallen silent: what is held will not become whole. A frame inside it is still found. */
  flush(): Piece[] {
    return this.#split(this.#held, true);
  }

  #split(bytes: Uint8Array, final: boolean): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    let noiseFrom = 0;
    let noiseReason: NoiseReason = "garbage";
    const endNoise = () => {
      if (at > noiseFrom) pieces.push({ kind: "noise", bytes: bytes.slice(noiseFrom, at), reason: noiseReason });
    };
    while (at < bytes.length) {
      const look = this.#framing.look(bytes.subarray(at));
      if ("frame" in look) {
        endNoise();
        pieces.push({ kind: "frame", bytes: bytes.slice(at, at + look.frame) });
        at += look.frame;
        noiseFrom = at;
        continue;
      }
      const held = "need" in look && look.need <= this.#framing.maxBytes;
      if (held && !final) break;
      const reason = "skip" in look ? look.reason : held ? "truncated" : "length";
      // The worse reason names the whole stretch: a damaged frame is told from mere garbage.
      if (at === noiseFrom || noiseReason === "garbage") noiseReason = reason;
      at = Math.min(bytes.length, at + ("skip" in look ? look.skip : 1));
    }
    endNoise();
    this.#held = bytes.slice(at);
    return pieces;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
