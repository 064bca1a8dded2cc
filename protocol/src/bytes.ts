/** Bytes in and out of frames: bounds-checked, so that a short payload is a FrameError and never a wrong number. */
import { FrameError } from "./errors.ts";

/** Reads forward. Every read behind the end throws FrameError `truncated`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16le(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u16be(): number {
    return this.#view.getUint16(this.#take(2), false);
  }

  u32le(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u32be(): number {
    return this.#view.getUint32(this.#take(4), false);
  }

  i16le(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  /** A view of the next `count` bytes, not a copy. */
  take(count: number): Uint8Array {
    const from = this.#take(count);
    return this.#bytes.subarray(from, from + count);
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  #take(count: number): number {
    const from = this.#at;
    if (count < 0 || count > this.left)
      throw new FrameError("truncated", `${count} bytes wanted at ${from}, ${this.left} are left`);
    this.#at = from + count;
    return from;
  }
}

/** Writes forward into a list that grows. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  u8(...values: readonly number[]): this {
    for (const value of values) this.#bytes.push(value & 0xff);
    return this;
  }

  u16le(value: number): this {
    return this.u8(value, value >>> 8);
  }

  u16be(value: number): this {
    return this.u8(value >>> 8, value);
  }

  u32le(value: number): this {
    return this.u8(value, value >>> 8, value >>> 16, value >>> 24);
  }

  u32be(value: number): this {
    return this.u8(value >>> 24, value >>> 16, value >>> 8, value);
  }

  bytes(values: Uint8Array): this {
    return this.u8(...values);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** `53 7F 0D`, as every log and dialogue shows bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}

/** The bytes of hex text with or without spaces. Throws FrameError `payload` for anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) throw new FrameError("payload", `not hex: "${text}"`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
