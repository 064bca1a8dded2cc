/** Values of Sparkplug metrics: what stands in one of the wire's value fields, read by the type that the birth gave, and back. Pure. */
import { FrameError } from "../errors.ts";
import { readArray, writeArray } from "./array.ts";
import type { SparkplugScalar, SparkplugType } from "./types.ts";

/** One of the value fields of the wire. */
export type WireField =
  | "intValue"
  | "longValue"
  | "floatValue"
  | "doubleValue"
  | "booleanValue"
  | "stringValue"
  | "bytesValue";

export interface WireValue {
  readonly field: WireField;
  readonly value: bigint | number | boolean | string | Uint8Array;
}

/** A value may be a card number: it is never part of a message. */
const wrong = (type: SparkplugType, { field }: WireValue, why: string): FrameError =>
  new FrameError("payload", `${type} in ${field}: ${why}`);

const INTEGERS: Partial<Record<SparkplugType, { readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }>> = {
  Int8: { bits: 8, signed: true },
  Int16: { bits: 16, signed: true },
  Int32: { bits: 32, signed: true },
  Int64: { bits: 64, signed: true },
  UInt8: { bits: 8, signed: false },
  UInt16: { bits: 16, signed: false },
  UInt32: { bits: 32, signed: false },
  UInt64: { bits: 64, signed: false },
  DateTime: { bits: 64, signed: false },
};

/** Throws FrameError `payload` for a value the type cannot have, or in a field it cannot stand in. */
export function readSparkplugValue(
  type: SparkplugType,
  wire: WireValue,
): SparkplugScalar | Uint8Array | readonly SparkplugScalar[] {
  const { field, value } = wire;
  const integer = INTEGERS[type];
  if (integer !== undefined) return readInteger(type, integer, wire);
  const fits = (...fields: readonly WireField[]) => {
    if (!fields.includes(field)) throw wrong(type, wire, "does not stand where the type has it");
  };
  switch (type) {
    case "Float":
    case "Double":
      fits("floatValue", "doubleValue");
      return value as number;
    case "Boolean":
      fits("booleanValue");
      return value as boolean;
    case "String":
    case "Text":
    case "UUID":
      fits("stringValue");
      return value as string;
    case "Bytes":
    case "File":
      fits("bytesValue");
      return value as Uint8Array;
    default:
      if (!type.endsWith("Array")) throw wrong(type, wire, "is no value of that type");
      fits("bytesValue");
      return readArray(type, value as Uint8Array);
  }
}

/**
 * Signed values come as two's complement of 32 bits in `int_value`, from some encoders of their own width, and unsigned ones of 32 bits also
 * in `long_value`.
 */
function readInteger(
  type: SparkplugType,
  { bits, signed }: { readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean },
  wire: WireValue,
): number | bigint {
  const { field, value } = wire;
  if (field !== "intValue" && field !== "longValue") throw wrong(type, wire, "does not stand where the type has it");
  const raw = value as bigint;
  if (!signed) {
    if (raw >> BigInt(bits) !== 0n) throw wrong(type, wire, `does not fit ${bits} bits`);
    return exact(raw);
  }
  const whole = BigInt.asIntN(field === "longValue" ? 64 : 32, raw);
  const own = raw >> BigInt(bits) === 0n ? BigInt.asIntN(bits, raw) : whole;
  if (BigInt.asIntN(bits, own) !== own) throw wrong(type, wire, `does not fit ${bits} bits`);
  return exact(own);
}

const exact = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** Throws FrameError `payload` for a value that the type does not have. */
export function writeSparkplugValue(
  type: SparkplugType,
  value: SparkplugScalar | Uint8Array | readonly SparkplugScalar[],
): WireValue {
  const integer = INTEGERS[type];
  if (integer !== undefined) return writeInteger(type, integer, value);
  const need = <T>(ok: boolean, field: WireField): WireValue => {
    if (!ok) throw new FrameError("payload", `${type}: a ${typeof value} is not a value of that type`);
    return { field, value: value as T & WireValue["value"] };
  };
  switch (type) {
    case "Float":
      return need(typeof value === "number", "floatValue");
    case "Double":
      return need(typeof value === "number", "doubleValue");
    case "Boolean":
      return need(typeof value === "boolean", "booleanValue");
    case "String":
    case "Text":
    case "UUID":
      return need(typeof value === "string", "stringValue");
    case "Bytes":
    case "File":
      return need(value instanceof Uint8Array, "bytesValue");
    default:
      if (!type.endsWith("Array") || !Array.isArray(value))
        throw new FrameError("payload", `${type}: a ${typeof value} is not a value of that type`);
      return { field: "bytesValue", value: writeArray(type, value) };
  }
}

function writeInteger(
  type: SparkplugType,
  { bits, signed }: { readonly bits: number; readonly signed: boolean },
  value: unknown,
): WireValue {
  const whole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const big = whole ? BigInt(value) : 0n;
  const fits = signed ? BigInt.asIntN(bits, big) === big : big >= 0n && big >> BigInt(bits) === 0n;
  if (!whole || !fits) throw new FrameError("payload", `${type}: a ${typeof value} is not a value of that type`);
  if (bits === 64) return { field: "longValue", value: BigInt.asUintN(64, big) };
  return { field: "intValue", value: BigInt.asUintN(32, big) };
}
