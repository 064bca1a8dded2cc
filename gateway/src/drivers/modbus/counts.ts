/** Totals of one device's counters, in and out, over wraps, resets and restarts. */
import {
  type CountNote,
  type CountRules,
  countNoteText,
  countOn,
  type Device,
  modulusOf,
  type NumberRegister,
  type RegisterMap,
  type RunningCount,
} from "@gatehouse/protocol";

export interface Totals {
  readonly in: number;
  readonly out: number;
}

export interface CountNews {
  readonly counts: { readonly in?: RunningCount; readonly out?: RunningCount };
  readonly totals: Totals;
  readonly notes: readonly { readonly note: CountNote; readonly text: string }[];
}

export type Raws = readonly { readonly register: NumberRegister; readonly raw: number }[];

/** `elapsedS` since the counts were last believed. Undefined when the device has no counters, or did not tell all of them. */
export function countNews(
  kind: Device["kind"],
  map: RegisterMap,
  before: { readonly in?: RunningCount | undefined; readonly out?: RunningCount | undefined },
  raws: Raws,
  elapsedS: number | undefined,
): CountNews | undefined {
  const counters = map.registers.filter(
    (r) => r.type !== "bits" && (r.reads === "count.in" || r.reads === "count.out"),
  );
  if (counters.length === 0 || raws.length < counters.length) return undefined;
  const counts: { in?: RunningCount; out?: RunningCount } = {};
  const notes: { note: CountNote; text: string }[] = [];
  for (const { register, raw } of raws) {
    const direction = register.reads === "count.in" ? "in" : "out";
    const { count, note } = countOn(before[direction], raw, elapsedS, rulesOf(kind, map, register));
    counts[direction] = count;
    if (note !== undefined) notes.push({ note, text: countNoteText(register.id, note) });
  }
  return { counts, totals: { in: counts.in?.total ?? 0, out: counts.out?.total ?? 0 }, notes };
}

/** One door, one lane. A map that knows its device better says so. */
const PERSONS: Readonly<Partial<Record<Device["kind"], Pick<CountRules, "perSecond" | "perDay">>>> = {
  counter: { perSecond: 4, perDay: 5_000 },
  turnstile: { perSecond: 2, perDay: 20_000 },
};
const PERSONS_ELSE = { perSecond: 4, perDay: 5_000 };

function rulesOf(kind: Device["kind"], map: RegisterMap, register: NumberRegister): CountRules {
  const persons = map.persons ?? PERSONS[kind] ?? PERSONS_ELSE;
  const wrapsAt = register.wrapsAt ?? modulusOf(register.type) ?? Number.POSITIVE_INFINITY;
  return { wrapsAt, resets: register.resets, ...persons };
}

/** Locks and boards with inputs go before counters, counters before meters. */
export function priorityOf(kind: Device["kind"], map: RegisterMap): 0 | 1 | 2 {
  if (map.registers.some(({ type }) => type === "bits") || map.outputs !== undefined || kind === "lock") return 0;
  return kind === "energy-meter" || kind === "water-meter" ? 2 : 1;
}
