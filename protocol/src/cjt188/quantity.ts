/** A number with its unit byte, as CJ/T 188 meters send it, and what makers make of units, decimals and status bits. */
import { bcdDigits, decimalText, isAbsent, reversedHex, toBcd } from "../bcd.ts";
import { FrameError } from "../errors.ts";

/** Unit byte -> name, table 5 of the standard. */
const UNITS: Readonly<Record<number, string>> = {
  1: "J",
  2: "Wh",
  5: "kWh",
  8: "MWh",
  10: "100 MWh",
  11: "kJ",
  14: "MJ",
  17: "GJ",
  19: "100 GJ",
  20: "W",
  23: "kW",
  26: "MW",
  41: "L",
  44: "m3",
  50: "L/h",
  53: "m3/h",
};

export interface Cjt188Quantity {
  /** Decimal text; null when the meter has no such value. */
  readonly value: string | null;
  /** `?7F` for a byte that is no unit of the standard. */
  readonly unit: string;
  readonly unitCode: number;
}

/** Where makers part from the standard. */
export interface Cjt188Profile {
  readonly name: string;
  /** Bits of the first status byte that tell of the valve: shift and what 1 and 3 mean. */
  readonly valveShift: number;
  readonly batteryMask: number;
  /** Decimal places of the totals. */
  readonly decimals: number;
}

/** `standard`: valve in bits 1-0, battery in bit 2. `high-bits`: valve in bits 7-6, battery in bit 5, as some water meters have it. */
export const CJT188_PROFILES = {
  standard: { name: "standard", valveShift: 0, batteryMask: 0x04, decimals: 2 },
  "high-bits": { name: "high-bits", valveShift: 6, batteryMask: 0x20, decimals: 2 },
} as const satisfies Readonly<Record<string, Cjt188Profile>>;
export type Cjt188ProfileName = keyof typeof CJT188_PROFILES;

/** Four bytes and a unit byte. Throws FrameError `payload` for bytes that are no digits, `truncated` for too few. */
export function readQuantity(bytes: Uint8Array, decimals: number): Cjt188Quantity {
  const unitCode = bytes[4];
  if (unitCode === undefined) throw new FrameError("truncated", `${bytes.length} bytes hold no quantity`);
  const unit = UNITS[unitCode] ?? `?${unitCode.toString(16).toUpperCase().padStart(2, "0")}`;
  return { value: readDecimal(bytes.subarray(0, 4), decimals), unit, unitCode };
}

/** Null where every byte is FF. Throws FrameError `payload` for bytes that are no digits. */
export function readDecimal(bytes: Uint8Array, decimals: number): string | null {
  if (isAbsent(bytes)) return null;
  const digits = bcdDigits(bytes);
  if (digits === undefined) throw new FrameError("payload", `${reversedHex(bytes)} is no number`);
  return decimalText(digits, decimals);
}

/** The meter's side. */
export function quantityBytes({ value, unitCode }: Cjt188Quantity, decimals: number): Uint8Array {
  const number = value === null ? new Uint8Array(4).fill(0xff) : toBcd(value, decimals, 4);
  return Uint8Array.of(...number, unitCode);
}

const LITRES: Readonly<Record<string, number>> = { L: 1, m3: 1_000 };
const WATT_HOURS: Readonly<Record<string, number>> = {
  J: 1 / 3_600,
  kJ: 1_000 / 3_600,
  MJ: 1e6 / 3_600,
  GJ: 1e9 / 3_600,
  "100 GJ": 1e11 / 3_600,
  Wh: 1,
  kWh: 1_000,
  MWh: 1e6,
  "100 MWh": 1e8,
};

/** Undefined for an absent value. Throws FrameError `payload` when the unit is none of volume. */
export const litresOf = (quantity: Cjt188Quantity): number | undefined => scaled(quantity, LITRES, "volume");

/** Undefined for an absent value. Throws FrameError `payload` when the unit is none of energy. */
export const wattHoursOf = (quantity: Cjt188Quantity): number | undefined => scaled(quantity, WATT_HOURS, "energy");

function scaled(
  { value, unit }: Cjt188Quantity,
  factors: Readonly<Record<string, number>>,
  what: string,
): number | undefined {
  if (value === null) return undefined;
  const factor = factors[unit];
  if (factor === undefined) throw new FrameError("payload", `${unit} is no unit of ${what}`);
  // Two decimals of m3 are whole litres: what binary fractions add is taken off.
  return Math.round(Number(value) * factor * 1_000) / 1_000;
}
