/** What came of one turn, by what becomes of it. Pure. */
import { amountOf, type BlockValue } from "@gatehouse/protocol";
import type { Raws } from "./counts.ts";

export interface SortedValues {
  /** Inputs by number, as the device has them. */
  readonly bits: ReadonlyMap<number, boolean>;
  readonly counters: Raws;
  readonly amounts: readonly {
    readonly kind: "meter.energyWh" | "meter.waterL" | "meter.powerW" | "presence.count";
    readonly value: number;
  }[];
}

export function sortValues(values: readonly BlockValue[]): SortedValues {
  const bits = new Map<number, boolean>();
  const counters: Raws[number][] = [];
  const amounts: SortedValues["amounts"][number][] = [];
  for (const value of values) {
    if ("bits" in value) {
      for (const [i, bit] of value.bits.entries()) bits.set(value.register.first + i, bit);
      continue;
    }
    const { register, raw } = value;
    const { reads } = register;
    const amount = amountOf(register, raw);
    if (raw === undefined || amount === undefined) continue;
    if (reads === "count.in" || reads === "count.out") counters.push({ register, raw });
    else amounts.push({ kind: reads, value: reads === "presence.count" ? Math.round(amount) : amount });
  }
  return { bits, counters, amounts };
}
