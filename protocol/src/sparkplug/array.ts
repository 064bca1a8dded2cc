/** Arrays of Sparkplug B, packed little endian into bytes (Sparkplug 3.0, section 6.4.17). Pure. */
import { FrameError } from "../errors.ts";
import type { SparkplugScalar, SparkplugType } from "./types.ts";

interface Packing {
  readonly size: number;
  readonly get: (view: DataView, at: number) => number | bigint;
  readonly set: (view: DataView, at: number, value: never) => void;
}

const le = true;
const safe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

const PACKINGS: Partial<Record<SparkplugType, Packing>> = {
  Int8Array: { size: 1, get: (v, at) => v.getInt8(at), set: (v, at, x) => v.setInt8(at, x) },
  Int16Array: { size: 2, get: (v, at) => v.getInt16(at, le), set: (v, at, x) => v.setInt16(at, x, le) },
  Int32Array: { size: 4, get: (v, at) => v.getInt32(at, le), set: (v, at, x) => v.setInt32(at, x, le) },
  Int64Array: {
    size: 8,
    get: (v, at) => safe(v.getBigInt64(at, le)),
    set: (v, at, x) => v.setBigInt64(at, BigInt(x), le),
  },
  UInt8Array: { size: 1, get: (v, at) => v.getUint8(at), set: (v, at, x) => v.setUint8(at, x) },
  UInt16Array: { size: 2, get: (v, at) => v.getUint16(at, le), set: (v, at, x) => v.setUint16(at, x, le) },
  UInt32Array: { size: 4, get: (v, at) => v.getUint32(at, le), set: (v, at, x) => v.setUint32(at, x, le) },
  UInt64Array: {
    size: 8,
    get: (v, at) => safe(v.getBigUint64(at, le)),
    set: (v, at, x) => v.setBigUint64(at, BigInt(x), le),
  },
  FloatArray: { size: 4, get: (v, at) => v.getFloat32(at, le), set: (v, at, x) => v.setFloat32(at, x, le) },
  DoubleArray: { size: 8, get: (v, at) => v.getFloat64(at, le), set: (v, at, x) => v.setFloat64(at, x, le) },
  DateTimeArray: {
    size: 8,
    get: (v, at) => safe(v.getBigUint64(at, le)),
    set: (v, at, x) => v.setBigUint64(at, BigInt(x), le),
  },
};

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Throws FrameError `payload`. */
export function readArray(type: SparkplugType, bytes: Uint8Array): readonly SparkplugScalar[] {
  if (type === "BooleanArray") return readBooleans(bytes);
  if (type === "StringArray") return readStrings(bytes);
  const packing = PACKINGS[type];
  if (packing === undefined || bytes.length % packing.size !== 0)
    throw new FrameError("payload", `${type}: ${bytes.length} bytes`);
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / packing.size }, (_, i) => packing.get(view, i * packing.size));
}

/** A count of 32 bits, then the bits, the highest of a byte first. */
function readBooleans(bytes: Uint8Array): boolean[] {
  const count = bytes.length < 4 ? -1 : viewOf(bytes).getUint32(0, le);
  if (count < 0 || Math.ceil(count / 8) !== bytes.length - 4)
    throw new FrameError("payload", `BooleanArray: ${bytes.length} bytes for ${count} values`);
  return Array.from({ length: count }, (_, i) => (((bytes[4 + (i >> 3)] ?? 0) >> (7 - (i & 7))) & 1) === 1);
}

/** Each ends with a zero byte. */
function readStrings(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  if (bytes.at(-1) !== 0) throw new FrameError("payload", "StringArray: the last string has no end");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, -1)).split("\0");
  } catch (cause) {
    throw new FrameError("payload", "StringArray: not UTF-8", { cause });
  }
}

/** Throws FrameError `payload`. */
export function writeArray(type: SparkplugType, values: readonly SparkplugScalar[]): Uint8Array {
  if (type === "BooleanArray") {
    const bytes = new Uint8Array(4 + Math.ceil(values.length / 8));
    viewOf(bytes).setUint32(0, values.length, le);
    for (const [i, value] of values.entries())
      if (value) bytes[4 + (i >> 3)] = (bytes[4 + (i >> 3)] ?? 0) | (0x80 >> (i & 7));
    return bytes;
  }
  if (type === "StringArray") return new TextEncoder().encode(values.map((value) => `${String(value)}\0`).join(""));
  const packing = PACKINGS[type];
  if (packing === undefined) throw new FrameError("payload", `${type} is no array`);
  const bytes = new Uint8Array(values.length * packing.size);
  const view = viewOf(bytes);
  for (const [i, value] of values.entries()) packing.set(view, i * packing.size, value as never);
  return bytes;
}
