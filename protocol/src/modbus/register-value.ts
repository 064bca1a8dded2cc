/** Numbers out of registers and back: types, byte order, word order. */
import { FrameError, InvariantError } from "../errors.ts";

export const REGISTER_TYPES = ["u16", "i16", "u32", "i32", "u64", "float32", "bcd16", "bcd32"] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];

export interface RegisterLayout {
  readonly type: RegisterType;
  /** Within a register; the standard says big. */
  readonly byteOrder: "big" | "little";
  /** Between registers: big is the high word first. The standard leaves it open. */
  readonly wordOrder: "big" | "little";
}

const WORDS: Readonly<Record<RegisterType, number>> = {
  u16: 1,
  i16: 1,
  u32: 2,
  i32: 2,
  u64: 4,
  float32: 2,
  bcd16: 1,
  bcd32: 2,
};

/** How many registers hold one value. */
export const wordsOf = (type: RegisterType): number => WORDS[type];

/** A counter of this type begins anew at so many; undefined for a type that does not count. */
export function modulusOf(type: RegisterType): number | undefined {
  if (type === "u16") return 0x1_0000;
  if (type === "u32") return 0x1_0000_0000;
  if (type === "bcd16") return 10_000;
  return type === "bcd32" ? 100_000_000 : undefined;
}

/** Undefined where the device says that it has no value: not a number, an infinity. Throws FrameError `payload` for digits that are none. */
export function decodeRegisters(registers: readonly number[], layout: RegisterLayout): number | undefined {
  const view = viewOf(registers, layout);
  switch (layout.type) {
    case "u16":
      return view.getUint16(0);
    case "i16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "i32":
      return view.getInt32(0);
    case "u64": {
      const value = view.getBigUint64(0);
      return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
    }
    case "float32": {
      const value = view.getFloat32(0);
      return Number.isFinite(value) ? value : undefined;
    }
    default:
      return digitsOf(view);
  }
}

export function encodeRegisters(value: number, layout: RegisterLayout): number[] {
  const view = new DataView(new ArrayBuffer(2 * wordsOf(layout.type)));
  switch (layout.type) {
    case "u16":
    case "i16":
      view.setInt16(0, value);
      break;
    case "u32":
    case "i32":
      view.setInt32(0, value);
      break;
    case "u64":
      view.setBigUint64(0, BigInt(value));
      break;
    case "float32":
      view.setFloat32(0, value);
      break;
    default:
      for (let at = view.byteLength - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 100))
        view.setUint8(at, (Math.floor((rest % 100) / 10) << 4) | (rest % 10));
  }
  const words = Array.from({ length: wordsOf(layout.type) }, (_, i) =>
    view.getUint16(2 * i, layout.byteOrder === "little"),
  );
  return layout.wordOrder === "big" ? words : words.reverse();
}

/** The value's bytes, highest first. */
function viewOf(registers: readonly number[], layout: RegisterLayout): DataView {
  const wanted = wordsOf(layout.type);
  if (registers.length !== wanted)
    throw new InvariantError(`${layout.type} is ${wanted} registers, not ${registers.length}`);
  const ordered = layout.wordOrder === "big" ? registers : registers.toReversed();
  const view = new DataView(new ArrayBuffer(2 * wanted));
  for (const [i, register] of ordered.entries()) view.setUint16(2 * i, register, layout.byteOrder === "little");
  return view;
}

function digitsOf(view: DataView): number {
  let value = 0;
  for (let at = 0; at < view.byteLength; at++) {
    const byte = view.getUint8(at);
    if ((byte & 0x0f) > 9 || byte >>> 4 > 9) throw new FrameError("payload", `not BCD: ${byte.toString(16)}`);
    value = value * 100 + (byte >>> 4) * 10 + (byte & 0x0f);
  }
  return value;
}
