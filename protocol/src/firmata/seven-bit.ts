/** Numbers and text in groups of seven bits, as MIDI-like lines carry them: lowest group first. */
import { FrameError } from "../errors.ts";

/** `groups` bytes below 80. Throws FrameError `payload` for what does not fit. */
export function toSevenBit(value: number, groups: number): number[] {
  const limit = 2 ** Math.min(32, 7 * groups);
  if (!Number.isInteger(value) || value < 0 || value >= limit)
    throw new FrameError("payload", `${value} does not fit into ${groups} groups of seven bits`);
  return Array.from({ length: groups }, (_, at) => Math.floor(value / 2 ** (7 * at)) & 0x7f);
}

export function fromSevenBit(groups: Iterable<number>): number {
  let value = 0;
  let weight = 1;
  for (const group of groups) {
    value += group * weight;
    weight *= 128;
  }
  return value;
}

/** Two groups a character; what is not Latin-1 becomes `?`. */
export function textToSevenBit(text: string): number[] {
  return Array.from(text, (letter) => letter.codePointAt(0) ?? 0).flatMap((code) =>
    toSevenBit(code > 255 ? 63 : code, 2),
  );
}

/** Throws FrameError `truncated` for half a character. */
export function textFromSevenBit(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new FrameError("truncated", `${bytes.length} bytes are no text of pairs`);
  return Array.from({ length: bytes.length / 2 }, (_, at) =>
    String.fromCharCode(fromSevenBit(bytes.subarray(2 * at, 2 * at + 2))),
  ).join("");
}
