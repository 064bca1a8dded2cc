/** Data identifiers of DL/T 645-1997: the ones a reader needs of an old meter. */
import type { Dlt645Item } from "./items.ts";

type Row = readonly [name: string, unit: string, bytes: number, decimals: number];

const PHASES = ["A", "B", "C"];

const ENERGIES: Readonly<Record<string, string>> = { "901": "forward active energy", "902": "reverse active energy" };

/** B6 pX: what, unit, bytes, decimals; X = 0 a total where there is one, 1 to 3 the phases, F all. */
const MOMENTARY: Readonly<Record<string, Row>> = {
  B61: ["voltage", "V", 2, 0],
  B62: ["current", "A", 2, 2],
  B63: ["active power", "kW", 3, 4],
  B64: ["reactive power", "kvar", 2, 2],
  B65: ["power factor", "", 2, 3],
};

const numbers = (di: string, name: string, [, unit, bytes, decimals]: Row, block: boolean): Dlt645Item => ({
  di,
  name,
  unit,
  shape: { kind: "number", bytes, decimals, signed: false },
  block,
});

export function items1997(di: string): Dlt645Item | undefined {
  if (di === "C032") return { di, name: "meter number", unit: "", shape: { kind: "digits", bytes: 6 }, block: false };
  if (di === "C020") return { di, name: "status word", unit: "", shape: { kind: "bits", bytes: 1 }, block: false };
  if (di === "C011") return { di, name: "time", unit: "", shape: { kind: "time", bytes: 3 }, block: false };
  if (di === "C010") return { di, name: "date and weekday", unit: "", shape: { kind: "date", bytes: 4 }, block: false };
  const [group, last] = [di.slice(0, 3), di.slice(3)];
  const energy = ENERGIES[group];
  if (energy !== undefined) return energyItem(di, energy, last);
  const row = MOMENTARY[group];
  if (row === undefined) return undefined;
  if (last === "F") return numbers(di, `${row[0]}s A,B,C`, row, true);
  if (last === "0") return group === "B61" || group === "B62" ? undefined : numbers(di, `${row[0]}, total`, row, false);
  const phase = PHASES[Number.parseInt(last, 16) - 1];
  return phase === undefined ? undefined : numbers(di, `${row[0]} phase ${phase}`, row, false);
}

function energyItem(di: string, name: string, last: string): Dlt645Item | undefined {
  const row: Row = [name, "kWh", 4, 2];
  if (last === "F") return numbers(di, `${name}, total and tariffs 1-4`, row, true);
  if (!/^\d$/.test(last)) return undefined;
  return numbers(di, `${name}, ${last === "0" ? "total" : `tariff ${last}`}`, row, false);
}
