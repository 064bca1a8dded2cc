/** What the data identifiers of DL/T 645-2007 (appendix A) hold, as far as a reader of ours shows them. */
import { items1997 } from "./items-1997.ts";
import { dlt645EditionOf } from "./request.ts";

/** How one value of an item travels. */
export type Dlt645Shape =
  | { readonly kind: "number"; readonly bytes: number; readonly decimals: number; readonly signed: boolean }
  /** An address or a number that is no quantity: digits as they are. */
  | { readonly kind: "digits"; readonly bytes: number }
  /** ASCII, last letter first. */
  | { readonly kind: "text"; readonly bytes: number }
  | { readonly kind: "bits"; readonly bytes: number }
  | { readonly kind: "date" | "time" | "moment"; readonly bytes: number };

export interface Dlt645Item {
  readonly di: string;
  readonly name: string;
  readonly unit: string;
  readonly shape: Dlt645Shape;
  /** Several values of the shape, one behind the other, as many as there are. */
  readonly block: boolean;
}

export const numberShape = (bytes: number, decimals: number, signed = false): Dlt645Shape => ({
  kind: "number",
  bytes,
  decimals,
  signed,
});

const ENERGY = numberShape(4, 2);
const SIGNED_ENERGY = numberShape(4, 2, true);

/** 00 XX: name, unit, shape. Sums of two directions may be negative. */
const ENERGIES: readonly (readonly [string, string, Dlt645Shape])[] = [
  ["combined active energy", "kWh", SIGNED_ENERGY],
  ["forward active energy", "kWh", ENERGY],
  ["reverse active energy", "kWh", ENERGY],
  ["combined reactive energy 1", "kvarh", SIGNED_ENERGY],
  ["combined reactive energy 2", "kvarh", SIGNED_ENERGY],
  ["reactive energy, quadrant 1", "kvarh", ENERGY],
  ["reactive energy, quadrant 2", "kvarh", ENERGY],
  ["reactive energy, quadrant 3", "kvarh", ENERGY],
  ["reactive energy, quadrant 4", "kvarh", ENERGY],
  ["forward apparent energy", "kVAh", ENERGY],
  ["reverse apparent energy", "kVAh", ENERGY],
];

/** 02 XX: name, unit, shape, and whether 00 is a total beside the phases. */
const MOMENTARY: Readonly<Record<string, readonly [string, string, Dlt645Shape, boolean]>> = {
  "01": ["voltage", "V", numberShape(2, 1), false],
  "02": ["current", "A", numberShape(3, 3, true), false],
  "03": ["active power", "kW", numberShape(3, 4, true), true],
  "04": ["reactive power", "kvar", numberShape(3, 4, true), true],
  "05": ["apparent power", "kVA", numberShape(3, 4, true), true],
  "06": ["power factor", "", numberShape(2, 3, true), true],
  "07": ["phase angle", "°", numberShape(2, 1), false],
};

const COUNT = numberShape(3, 0);
const text = (bytes: number): Dlt645Shape => ({ kind: "text", bytes });
const status: Dlt645Shape = { kind: "bits", bytes: 2 };

const SINGLE: Readonly<Record<string, readonly [string, string, Dlt645Shape]>> = {
  "02800001": ["neutral current", "A", numberShape(3, 3, true)],
  "02800002": ["frequency", "Hz", numberShape(2, 2)],
  "02800003": ["mean active power of the last minute", "kW", numberShape(3, 4, true)],
  "02800004": ["active power demand", "kW", numberShape(3, 4, true)],
  "02800007": ["temperature in the meter", "°C", numberShape(2, 1, true)],
  "02800008": ["clock battery voltage", "V", numberShape(2, 2)],
  "02800009": ["reading battery voltage", "V", numberShape(2, 2)],
  "0280000A": ["battery working time", "min", numberShape(4, 0)],
  "03110000": ["power failure count", "", COUNT],
  "03300D00": ["terminal/meter cover open count", "", COUNT],
  "03300E00": ["terminal cover open count", "", COUNT],
  "04000101": ["date and weekday", "", { kind: "date", bytes: 4 }],
  "04000102": ["time", "", { kind: "time", bytes: 3 }],
  "04000401": ["meter address", "", { kind: "digits", bytes: 6 }],
  "04000402": ["meter number", "", { kind: "digits", bytes: 6 }],
  "04000403": ["asset number", "", text(32)],
  "04000404": ["rated voltage", "", text(6)],
  "04000405": ["rated current", "", text(6)],
  "04000406": ["maximum current", "", text(6)],
  "0400040B": ["meter model", "", text(10)],
  "0400040C": ["production date", "", text(10)],
  "0400040D": ["protocol version", "", text(16)],
  "04800001": ["software version", "", text(32)],
  "04800002": ["hardware version", "", text(32)],
  "04800003": ["maker code", "", text(32)],
  "05060001": ["time of last daily freeze", "", { kind: "moment", bytes: 5 }],
  "00900100": ["remaining energy", "kWh", ENERGY],
  "00900200": ["remaining amount", "CNY", ENERGY],
  "1D000001": ["trip count", "", COUNT],
};

/** Undefined for an identifier of another kind of data than is shown here. */
export function dlt645Item(di: string): Dlt645Item | undefined {
  if (dlt645EditionOf(di) === "1997") return items1997(di);
  const [kind, group, part, last] = [di.slice(0, 2), di.slice(2, 4), di.slice(4, 6), di.slice(6, 8)];
  const single = SINGLE[di];
  if (single !== undefined) return { di, name: single[0], unit: single[1], shape: single[2], block: false };
  if (kind === "00") return energyItem(di, Number.parseInt(group, 16), part, last);
  if (kind === "02") return momentaryItem(di, group, part, last);
  if (di === "040005FF") return { di, name: "status words", unit: "", shape: status, block: true };
  if (/^0400050[1-7]$/.test(di))
    return { di, name: `status word ${di.slice(7)}`, unit: "", shape: status, block: false };
  if (/^050601/.test(di))
    return { di, name: "forward active energy of a daily freeze", unit: "kWh", shape: ENERGY, block: true };
  return undefined;
}

function energyItem(di: string, group: number, tariff: string, month: string): Dlt645Item | undefined {
  const energy = ENERGIES[group];
  if (energy === undefined || Number.parseInt(month, 16) > 12) return undefined;
  const [name, unit, shape] = energy;
  const past = month === "00" ? "" : `, ${Number.parseInt(month, 16)} settlements ago`;
  if (tariff === "FF") return { di, name: `${name}, total and tariffs 1-4${past}`, unit, shape, block: true };
  const number = Number.parseInt(tariff, 16);
  if (number > 63) return undefined;
  return { di, name: `${name}, ${number === 0 ? "total" : `tariff ${number}`}${past}`, unit, shape, block: false };
}

const PHASES = ["A", "B", "C"];

function momentaryItem(di: string, group: string, part: string, last: string): Dlt645Item | undefined {
  const found = MOMENTARY[group];
  if (found === undefined || last !== "00") return undefined;
  const [name, unit, shape, hasTotal] = found;
  if (part === "FF") {
    const plural = hasTotal ? `${name}, total and phases A,B,C` : `${name}s A,B,C`;
    return { di, name: plural, unit, shape, block: true };
  }
  const number = Number.parseInt(part, 16);
  if (number === 0) return hasTotal ? { di, name: `${name}, total`, unit, shape, block: false } : undefined;
  const phase = PHASES[number - 1];
  return phase === undefined ? undefined : { di, name: `${name} phase ${phase}`, unit, shape, block: false };
}
