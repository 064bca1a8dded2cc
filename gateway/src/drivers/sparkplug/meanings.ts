/** What a metric can mean, and what names of metrics suggest. Data; a further meaning is a row. */
import type { Device, ReadingKind, SparkplugType } from "@gatehouse/protocol";

type DeviceKind = Device["kind"];

/** A yes or no. */
interface StateMeaning {
  readonly how: "state";
  readonly kinds: readonly DeviceKind[];
  readonly yes: ReadingKind | undefined;
  readonly no: ReadingKind | undefined;
  readonly words: { readonly yes: readonly string[]; readonly no: readonly string[] };
}

/** A number that stands for itself. */
interface AmountMeaning {
  readonly how: "amount";
  readonly kinds: readonly DeviceKind[];
  readonly reads: ReadingKind;
  readonly factor: number;
  /** Rounded down: people are whole. */
  readonly whole?: true;
}

/** One of a counter's two running totals. */
interface TotalMeaning {
  readonly how: "total";
  readonly kinds: readonly DeviceKind[];
  readonly side: "in" | "out";
}

/** Something that happened: what a birth shows of it is old. */
interface EventMeaning {
  readonly how: "event";
  readonly kinds: readonly DeviceKind[];
  readonly reads: ReadingKind;
  readonly takes: "persons" | "credential";
}

export type MeaningRow = StateMeaning | AmountMeaning | TotalMeaning | EventMeaning;

const yes = ["true", "on", "yes", "1", "active", "alarm"];
const no = ["false", "off", "no", "0", "inactive", "normal"];
const words = (more: readonly string[] = [], less: readonly string[] = []) => ({
  yes: [...yes, ...more],
  no: [...no, ...less],
});
const ANY: readonly DeviceKind[] = [
  "lock",
  "reader",
  "counter",
  "turnstile",
  "presence",
  "contact",
  "energy-meter",
  "water-meter",
  "fire-input",
  "panic-button",
  "board",
];

const state = (
  kinds: readonly DeviceKind[],
  yesKind: ReadingKind | undefined,
  noKind: ReadingKind | undefined,
  said: StateMeaning["words"] = words(),
): StateMeaning => ({ how: "state", kinds, yes: yesKind, no: noKind, words: said });

const amount = (kind: DeviceKind, reads: ReadingKind, factor: number): AmountMeaning => ({
  how: "amount",
  kinds: [kind],
  reads,
  factor,
});

const DOORS: readonly DeviceKind[] = ["contact", "lock"];
const READERS: readonly DeviceKind[] = ["reader", "lock"];
const COUNTERS: readonly DeviceKind[] = ["counter", "turnstile"];

export const MEANING_ROWS = {
  door: state(DOORS, "door.opened", "door.closed", words(["open", "opened"], ["closed", "shut"])),
  "door-forced": state(DOORS, "door.forced", undefined),
  "door-held": state(DOORS, "door.held", undefined),
  lock: state(["lock"], "lock.locked", "lock.unlocked", words(["lock", "locked"], ["unlock", "unlocked"])),
  occupancy: state(["presence"], "presence.on", "presence.off", words(["occupied", "present"], ["free", "empty"])),
  people: { how: "amount", kinds: ["presence"], reads: "presence.count", factor: 1, whole: true },
  "total-in": { how: "total", kinds: COUNTERS, side: "in" },
  "total-out": { how: "total", kinds: COUNTERS, side: "out" },
  entered: { how: "event", kinds: COUNTERS, reads: "count.in", takes: "persons" },
  left: { how: "event", kinds: COUNTERS, reads: "count.out", takes: "persons" },
  card: { how: "event", kinds: READERS, reads: "card.read", takes: "credential" },
  granted: { how: "event", kinds: READERS, reads: "access.granted", takes: "credential" },
  denied: { how: "event", kinds: READERS, reads: "access.denied", takes: "credential" },
  "energy-wh": amount("energy-meter", "meter.energyWh", 1),
  "energy-kwh": amount("energy-meter", "meter.energyWh", 1_000),
  "power-w": amount("energy-meter", "meter.powerW", 1),
  "power-kw": amount("energy-meter", "meter.powerW", 1_000),
  "water-l": amount("water-meter", "meter.waterL", 1),
  "water-m3": amount("water-meter", "meter.waterL", 1_000),
  fire: state(["fire-input"], "fire.on", "fire.off"),
  panic: state(["panic-button"], "panic", undefined),
  duress: state(ANY, "duress", undefined),
  tamper: state(ANY, "tamper.on", "tamper.off"),
  "battery-low": state(ANY, "battery.low", undefined, words(["low"], ["ok", "good"])),
  "power-ok": state(ANY, "power.ok", "power.fail", words(["ok"], ["fail", "failed"])),
} as const satisfies Record<string, MeaningRow>;

export type Meaning = keyof typeof MEANING_ROWS;
export const MEANINGS = Object.keys(MEANING_ROWS) as [Meaning, ...Meaning[]];
export const meaningRow = (meaning: Meaning): MeaningRow => MEANING_ROWS[meaning];

/** For people: `door.opened and door.closed`. */
export function says(meaning: Meaning): string {
  const row = meaningRow(meaning);
  if (row.how === "state") return [row.yes, row.no].filter((kind) => kind !== undefined).join(" and ");
  return row.how === "total" ? `count.totals, people ${row.side}` : row.reads;
}

const WHOLE: readonly SparkplugType[] = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"];
const NUMBER: readonly SparkplugType[] = [...WHOLE, "Float", "Double"];
const TEXT: readonly SparkplugType[] = ["String", "Text"];
const SWITCH: readonly SparkplugType[] = ["Boolean", ...TEXT];

interface Hint {
  readonly name: RegExp;
  readonly types: readonly SparkplugType[];
  readonly means: Meaning;
  /** Only with this unit. */
  readonly unit?: RegExp;
}

const hint = (means: Meaning, name: RegExp, types: readonly SparkplugType[], unit?: RegExp): Hint => ({
  means,
  name,
  types,
  ...(unit === undefined ? {} : { unit }),
});

/**
 * The first that fits counts. A name that could mean two things stands in none: a wrong meaning is worse than one that an operator has to
 * write, and so is an amount without its unit.
 */
const HINTS: readonly Hint[] = [
  hint("tamper", /\btamper(ed)?$/, SWITCH),
  hint("battery-low", /\b(battery low|low battery)$/, SWITCH),
  hint("door-forced", /\b(door )?forced( open)?$/, SWITCH),
  hint("door-held", /\b(held open|door held)$/, SWITCH),
  hint("door", /\b(door open|contact open)$/, SWITCH),
  // A contact that is true may be open or closed; its words say which.
  hint("door", /\b(door contact|contact|door state|door status|door)$/, TEXT),
  hint("lock", /\blocked$/, SWITCH),
  hint("lock", /\b(lock|lock state|lock status)$/, TEXT),
  hint("occupancy", /\b(occupancy|occupied|presence|motion)$/, SWITCH),
  hint("people", /\b(people|persons|people count|occupants)$/, WHOLE),
  hint("total-in", /\b(total in|in total|count in total|entries total|total entries)$/, WHOLE),
  hint("total-out", /\b(total out|out total|count out total|exits total|total exits)$/, WHOLE),
  hint("energy-kwh", /\benergy( total)?$|\btotal energy$/, NUMBER, /^kwh$/i),
  hint("energy-wh", /\benergy( total)?$|\btotal energy$/, NUMBER, /^wh$/i),
  hint("energy-kwh", /\benergy kwh$/, NUMBER),
  hint("power-w", /\b(active )?power$/, NUMBER, /^w$/i),
  hint("power-kw", /\b(active )?power$/, NUMBER, /^kw$/i),
  hint("water-m3", /\b(water|volume)( total)?$/, NUMBER, /^(m3|m³)$/i),
  hint("water-l", /\b(water|volume)( total)?$/, NUMBER, /^l$/i),
  hint("fire", /\b(fire|fire alarm|smoke)$/, SWITCH),
  hint("panic", /\bpanic( button)?$/, SWITCH),
];

/** Undefined for a name that says nothing for certain. */
export function suggested(metric: {
  readonly name: string;
  readonly type: SparkplugType;
  readonly unit?: string | undefined;
}): Meaning | undefined {
  const plain = metric.name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[/_.\- ]+/g, " ");
  const fits = ({ name, types, unit }: Hint) =>
    types.includes(metric.type) && name.test(plain) && (unit === undefined || unit.test(metric.unit ?? ""));
  return HINTS.find(fits)?.means;
}
