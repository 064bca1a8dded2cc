/** Packed decimal digits of the meter protocols: low byte first, two digits a byte. */
import { FrameError } from "./errors.ts";

/** `250403020100` as bytes -> "000102030425": any bytes, high digits first, upper case. */
export function reversedHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text = byte.toString(16).padStart(2, "0") + text;
  return text.toUpperCase();
}

/** The other way round. Throws FrameError `payload` for text that is no whole number of hex bytes. */
export function fromReversedHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new FrameError("payload", `not hex: "${text}"`);
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.substr(text.length - 2 * i - 2, 2), 16),
  );
}

/** Digits, high first; undefined when a half byte is none. */
export function bcdDigits(bytes: Uint8Array): string | undefined {
  const text = reversedHex(bytes);
  return /^\d*$/.test(text) ? text : undefined;
}

/** "0000120642" with 2 decimals -> "1206.42". */
export function decimalText(digits: string, decimals: number, negative = false): string {
  const whole = digits.slice(0, digits.length - decimals).replace(/^0+(?=\d)/, "") || "0";
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(digits.length - decimals)}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** "1206.42" with 2 decimals in 4 bytes -> 42 06 12 00. Throws FrameError `payload` when it does not fit. */
export function toBcd(text: string, decimals: number, bytes: number): Uint8Array {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? "";
  if (match === null || fraction.length > decimals)
    throw new FrameError("payload", `"${text}" is no number with ${decimals} decimals`);
  const digits = ((match[1] as string) + fraction.padEnd(decimals, "0")).replace(/^0+/, "");
  if (digits.length > 2 * bytes) throw new FrameError("payload", `${text} does not fit ${bytes} bytes`);
  return fromReversedHex(digits.padStart(2 * bytes, "0"));
}

/** True when every byte is FF: a meter's way to say that it has no such value. */
export const isAbsent = (bytes: Uint8Array): boolean => bytes.length > 0 && bytes.every((byte) => byte === 0xff);
