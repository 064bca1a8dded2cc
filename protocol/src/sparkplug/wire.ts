/** Fields of decoded Sparkplug messages: which are there, and 64-bit numbers as they are. Pure. */
import type { WireField, WireValue } from "./value.ts";

/** A decoded message of the static module: only fields that were on the wire are its own. */
export type Wire = Readonly<Record<string, unknown>>;

interface Halves {
  readonly low: number;
  readonly high: number;
}

const toBig = (value: unknown): bigint => {
  if (typeof value === "number") return BigInt(value);
  const { low, high } = value as Halves;
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
};

/** Exact up to 2^53, beyond that only its size. */
export function wireNumber(wire: Wire, field: string): number | undefined {
  if (!Object.hasOwn(wire, field)) return undefined;
  const value = wire[field];
  if (typeof value === "number") return value;
  const { low, high } = value as Halves;
  return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
}

/** Exact. */
export function wireIn(wire: Wire, field: string): number | bigint | undefined {
  const value = wireNumber(wire, field);
  return value === undefined || Number.isSafeInteger(value) ? value : toBig(wire[field]);
}

const FIELDS: readonly WireField[] = [
  "booleanValue",
  "intValue",
  "longValue",
  "floatValue",
  "doubleValue",
  "stringValue",
  "bytesValue",
];

/** The last value field that was on the wire; undefined for none. */
export function wireOut(wire: Wire): WireValue | undefined {
  const field = FIELDS.find((name) => Object.hasOwn(wire, name));
  if (field === undefined) return undefined;
  const value = wire[field];
  return { field, value: field === "intValue" || field === "longValue" ? toBig(value) : (value as string) };
}

/** A value on its way out, as the static module takes it. */
export const wireText = ({ field, value }: WireValue): Wire => ({
  [field]: typeof value === "bigint" ? (value <= 0xffff_ffffn ? Number(value) : value.toString()) : value,
});
