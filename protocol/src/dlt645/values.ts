/** Bytes of a DL/T 645 item to values and back. A good checksum does not make digits: each value may be absent or garbage. */
import { bcdDigits, decimalText, fromReversedHex, isAbsent, reversedHex, toBcd } from "../bcd.ts";
import { FrameError } from "../errors.ts";
import type { Dlt645Item, Dlt645Shape } from "./items.ts";

export type Dlt645Value =
  | { readonly kind: "value"; readonly text: string }
  /** The meter has no such value, as a one-phase meter has no second voltage: FF in every byte. */
  | { readonly kind: "absent" }
  /** Bytes that are no digits, in hex, high byte first. */
  | { readonly kind: "garbage"; readonly hex: string };

/** A block of the 1997 edition may end in this. */
const BLOCK_END = 0xaa;

/** All values of an item. Throws FrameError `payload` when the length is not that of the item. */
export function decodeDlt645Values(item: Dlt645Item, data: Uint8Array): Dlt645Value[] {
  const size = item.shape.bytes;
  const ended = item.block && data.length % size === 1 && data.at(-1) === BLOCK_END;
  const body = ended ? data.subarray(0, -1) : data;
  const fits = item.block ? body.length >= size && body.length % size === 0 : body.length === size;
  if (!fits)
    throw new FrameError("payload", `${item.name}: ${data.length} bytes, ${size} ${item.block ? "each " : ""}expected`);
  return Array.from({ length: body.length / size }, (_, i) =>
    slotOf(item.shape, body.subarray(i * size, (i + 1) * size)),
  );
}

/** The number at `index`; undefined where it is absent. Throws FrameError `payload` for garbage, or when there is none at that place. */
export function dlt645Number(item: Dlt645Item, values: readonly Dlt645Value[], index = 0): number | undefined {
  const value = values[index];
  if (value === undefined) throw new FrameError("payload", `${item.name}: there is no value ${index + 1}`);
  if (value.kind === "absent") return undefined;
  const number = value.kind === "value" && item.shape.kind === "number" ? Number(value.text) : Number.NaN;
  if (!Number.isFinite(number))
    throw new FrameError("payload", `${item.name}: ${value.kind === "garbage" ? value.hex : value.text} is no number`);
  return number;
}

/** Numbers of the phases that are there: meters with fewer send FF or 0 for the rest. */
export function dlt645Phases(item: Dlt645Item, values: readonly Dlt645Value[]): (number | undefined)[] {
  return values.map((_, index) => dlt645Number(item, values, index) || undefined);
}

function slotOf(shape: Dlt645Shape, bytes: Uint8Array): Dlt645Value {
  if (isAbsent(bytes) && shape.kind !== "bits") return { kind: "absent" };
  const text = textOf(shape, bytes);
  return text === undefined ? { kind: "garbage", hex: reversedHex(bytes).toLowerCase() } : { kind: "value", text };
}

function textOf(shape: Dlt645Shape, bytes: Uint8Array): string | undefined {
  switch (shape.kind) {
    case "number":
      return numberText(shape, bytes);
    case "digits":
      return bcdDigits(bytes);
    case "text":
      return asciiText(bytes);
    case "bits":
      return reversedHex(bytes);
    case "date":
    case "time":
    case "moment":
      return momentText(shape.kind, bcdDigits(bytes));
  }
}

function numberText(shape: Extract<Dlt645Shape, { kind: "number" }>, bytes: Uint8Array): string | undefined {
  const top = bytes.at(-1) as number;
  const negative = shape.signed && (top & 0x80) !== 0;
  const digits = bcdDigits(negative ? Uint8Array.of(...bytes.subarray(0, -1), top & 0x7f) : bytes);
  return digits === undefined ? undefined : decimalText(digits, shape.decimals, negative);
}

/** Unused places are 00 or blanks. */
function asciiText(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.toReversed())
    .replace(/\0/g, " ")
    .trim();
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}

function momentText(kind: "date" | "time" | "moment", digits: string | undefined): string | undefined {
  if (digits === undefined) return undefined;
  const [a, b, c, d, e] = digits.match(/../g) ?? [];
  if (kind === "time") return `${a}:${b}:${c}`;
  return kind === "date" ? `20${a}-${b}-${c} weekday ${d}` : `20${a}-${b}-${c} ${d}:${e}`;
}

/** The meter's side of {@link decodeDlt645Values}. Throws FrameError `payload` for what does not fit. */
export function encodeDlt645Values(item: Dlt645Item, values: readonly Dlt645Value[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [...bytesOf(item.shape, value)]));
}

function bytesOf(shape: Dlt645Shape, value: Dlt645Value): Uint8Array {
  if (value.kind === "absent") return new Uint8Array(shape.bytes).fill(0xff);
  if (value.kind === "garbage") return fromReversedHex(value.hex);
  const { text } = value;
  switch (shape.kind) {
    case "number": {
      const bytes = toBcd(text.replace(/^-/, ""), shape.decimals, shape.bytes);
      const top = bytes.length - 1;
      if (shape.signed && (bytes[top] as number) >= 0x80)
        throw new FrameError("payload", `${text} leaves no room for the sign in ${shape.bytes} bytes`);
      if (text.startsWith("-")) bytes[top] = (bytes[top] as number) | 0x80;
      return bytes;
    }
    case "text":
      return Uint8Array.from(text.padEnd(shape.bytes).slice(0, shape.bytes), (letter) =>
        letter.charCodeAt(0),
      ).reverse();
    case "date":
    case "time":
    case "moment":
      return fromReversedHex(text.replace(/^20(?=\d\d-)/, "").replace(/weekday|\D/g, ""));
    case "digits":
    case "bits":
      return fromReversedHex(text);
  }
}
