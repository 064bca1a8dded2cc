/** MQTT fixed headers (MQTT 3.1.1, section 2.2), read in place out of chunks that end anywhere. Pure. */

/** Packet types a server may get (section 2.2.1). */
export const PACKET = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const;

/** `hold`: no byte behind this header yet. `refuse`: none at all. */
export type Verdict = "pass" | "hold" | "refuse";

/** The remaining length is at most four bytes (section 2.2.3). */
const MAX_SHIFT = 21;

export class HeaderWalk {
  readonly #judge: (type: number, length: number) => Verdict;
  #inLength = false;
  #type = 0;
  #shift = 0;
  #length = 0;
  #bodyLeft = 0;
  /** Headers seen. */
  packets = 0;

  /** `judge` is asked once per header; a length that is no length comes as `Number.POSITIVE_INFINITY`. */
  constructor(judge: (type: number, length: number) => Verdict) {
    this.#judge = judge;
  }

  /** Bytes of the current packet still to come. */
  get bodyLeft(): number {
    return this.#bodyLeft;
  }

  /** Walks from `start` to `end`, or to the end of a header that is not passed. Returns where it stopped; -1 for a refusal. */
  walk(chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, end - at);
        this.#bodyLeft -= step;
        at += step;
      } else {
        const verdict = this.#headerByte(chunk[at++] as number);
        if (verdict === "refuse") return -1;
        if (verdict === "hold") return at;
      }
    }
    return at;
  }

  #headerByte(byte: number): Verdict {
    if (!this.#inLength) {
      this.#type = byte >> 4;
      this.#inLength = true;
      this.#length = 0;
      this.#shift = 0;
      return "pass";
    }
    this.#length |= (byte & 0x7f) << this.#shift;
    if (byte >= 0x80) {
      if (this.#shift === MAX_SHIFT) return this.#judge(this.#type, Number.POSITIVE_INFINITY);
      this.#shift += 7;
      return "pass";
    }
    this.#inLength = false;
    this.#bodyLeft = this.#length;
    this.packets += 1;
    return this.#judge(this.#type, this.#length);
  }
}

/**
 * Where the first packet of a connection ends, which must be a CONNECT of at most `maxBytes`: a position, or `more` while that cannot
 * be told or has not come whole.
 */
export function connectEnd(bytes: Buffer, maxBytes: number): number | "more" | "malformed" | "oversize" {
  if (bytes.length > 0 && bytes[0] !== PACKET.connect << 4) return "malformed";
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    const byte = bytes[at];
    if (byte === undefined) return "more";
    length |= (byte & 0x7f) << (7 * (at - 1));
    if (byte >= 0x80) continue;
    if (length > maxBytes) return "oversize";
    const end = at + 1 + length;
    return bytes.length < end ? "more" : end;
  }
  return "malformed";
}
