/** Metrics of one device of the site file, made readings: what changed of states and amounts, all that happened of events. */
import type { Device, HostMetric, SparkplugValue } from "@gatehouse/protocol";
import { Pseudonymized, Unreadable } from "../../core/ports.ts";
import { type AlarmMemory, isCall } from "../bridge/alarm-memory.ts";
import type { MetricUse } from "./config.ts";
import { type Meaning, type MeaningRow, meaningRow, suggested } from "./meanings.ts";

export interface PointDeps {
  pseudonym(credential: string): string;
  readonly calls: Pick<AlarmMemory, "hear">;
}

type Items = readonly unknown[];

/** A card number is no longer than this. */
const MAX_CREDENTIAL = 64;

export class Point {
  readonly device: Device;
  readonly #given: Readonly<Record<string, MetricUse>> | undefined;
  readonly #deps: PointDeps;
  #uses: ReadonlyMap<string, MetricUse> = new Map();
  /** What was told last of each metric. */
  readonly #told = new Map<string, boolean | number>();
  readonly #totals: { in?: number; out?: number } = {};

  constructor(device: Device, given: Readonly<Record<string, MetricUse>> | undefined, deps: PointDeps) {
    this.device = device;
    this.#given = given;
    this.#deps = deps;
  }

  /** By its birth: its values now, and what is wrong with what the site file says of it. */
  born(metrics: readonly HostMetric[]): { readonly items: Items; readonly problem: string | undefined } {
    const names = new Set(metrics.map(({ name }) => name));
    const uses = this.#given ?? this.#suggestions(metrics);
    this.#uses = new Map(Object.entries(uses).filter(([name]) => names.has(name)));
    const missing = Object.keys(uses).filter((name) => !names.has(name));
    const problem =
      missing.length > 0
        ? `its birth has no metric ${missing.map((name) => `"${name}"`).join(", ")}; it has ${shown([...names])}`
        : this.#uses.size === 0
          ? `no name of its metrics says what a ${this.device.kind} is: write \`metrics\`; there are ${shown([...names])}`
          : undefined;
    return { items: this.#items(metrics, true), problem };
  }

  data(metrics: readonly HostMetric[]): Items {
    return this.#items(metrics, false);
  }

  /** The metric that locks and unlocks, and what it is written. */
  lock(): { readonly name: string; readonly use: MetricUse } | undefined {
    for (const [name, use] of this.#uses) if (use.as === "lock") return { name, use };
    return undefined;
  }

  #suggestions(metrics: readonly HostMetric[]): Record<string, MetricUse> {
    const uses: Record<string, MetricUse> = {};
    const taken = new Set<Meaning>();
    for (const metric of metrics) {
      const as = suggested(metric);
      // Of two that would mean the same, an operator has to choose: the first in the birth counts.
      if (as === undefined || taken.has(as) || !meaningRow(as).kinds.includes(this.device.kind)) continue;
      taken.add(as);
      uses[metric.name] = { as };
    }
    return uses;
  }

  #items(metrics: readonly HostMetric[], birth: boolean): Items {
    return metrics.flatMap((metric) => {
      const use = this.#uses.get(metric.name);
      if (use === undefined || !metric.good || metric.value === null) return [];
      const row = meaningRow(use.as);
      const said = this.#say(metric, use, row, birth);
      if (typeof said === "string")
        return [new Unreadable(this.device.id, `${metric.name}: ${brief(metric.value)} ${said}`)];
      return said.map((item) => this.#item(metric, item));
    });
  }

  #item({ atMs }: HostMetric, { kind, value, credential }: Said): unknown {
    const at = atMs === undefined || atMs <= 0 || atMs > MAX_TIME_MS ? {} : { at: new Date(atMs).toISOString() };
    const item = { device: this.device.id, kind, ...at, ...(value === undefined ? {} : { value }) };
    if (credential === undefined) return item;
    return new Pseudonymized({ ...item, credential: this.#deps.pseudonym(credential) });
  }

  /** Text is what is wrong with the value. */
  #say(metric: HostMetric, use: MetricUse, row: MeaningRow, birth: boolean): readonly Said[] | string {
    const { name, value, historical } = metric;
    if (row.how === "state") return this.#state(metric, use, row);
    if (row.how === "event") return birth ? [] : event(value, row);
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) return "is no number";
    if (row.how === "amount") {
      const scaled = number * row.factor * (use.factor ?? 1);
      const amount = row.whole ? Math.floor(scaled) : scaled;
      return this.#changed(name, amount, historical) ? [{ kind: row.reads, value: amount }] : [];
    }
    return this.#total(number, row.side, historical);
  }

  /** A call for help that stood before a restart is no new one. */
  #state(
    { name, value, historical }: HostMetric,
    use: MetricUse,
    row: Extract<MeaningRow, { how: "state" }>,
  ): readonly Said[] | string {
    const plain = yesOrNo(value, use, row.words);
    if (plain === undefined) return "is neither yes nor no: say so with `on` and `off`";
    const is = plain !== (use.invert === true);
    const stood = isCall(row.yes) && !historical && this.#deps.calls.hear(`${this.device.id} ${name}`, is);
    const kind = is ? row.yes : row.no;
    return this.#changed(name, is, historical) && kind !== undefined && !(stood && is) ? [{ kind }] : [];
  }

  /** Both totals are one reading, which waits for the first of each. */
  #total(number: number, side: "in" | "out", historical: boolean): readonly Said[] | string {
    if (!Number.isSafeInteger(number) || number < 0) return "is no running total";
    if (historical || this.#totals[side] === number) return [];
    this.#totals[side] = number;
    const sides = [...this.#uses.values()].map(({ as }) => as);
    const counts = (which: "in" | "out") => (sides.includes(`total-${which}`) ? this.#totals[which] : 0);
    const [entered, left] = [counts("in"), counts("out")];
    return entered === undefined || left === undefined
      ? []
      : [{ kind: "count.totals", value: { in: entered, out: left } }];
  }

  /** History is always told, and is not how things are now. */
  #changed(name: string, value: boolean | number, historical: boolean): boolean {
    if (historical) return true;
    if (this.#told.get(name) === value) return false;
    this.#told.set(name, value);
    return true;
  }
}

interface Said {
  readonly kind: string;
  readonly value?: number | { readonly in: number; readonly out: number };
  readonly credential?: string;
}

const MAX_TIME_MS = 8_640_000_000_000_000;

function event(value: SparkplugValue, row: Extract<MeaningRow, { how: "event" }>): readonly Said[] | string {
  const { reads: kind, takes } = row;
  if (takes === "persons") {
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return "is no number of persons";
    return value === 0 ? [] : [{ kind, value }];
  }
  const credential =
    typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : "";
  if (credential.length > MAX_CREDENTIAL) return "is no card number";
  // An empty one clears what was shown before.
  return credential === "" || credential === "0" ? [] : [{ kind, credential }];
}

/** Undefined for what is neither. */
export function yesOrNo(
  value: SparkplugValue,
  use: MetricUse,
  words: { readonly yes: readonly string[]; readonly no: readonly string[] },
): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value === 1 ? true : value === 0 ? false : undefined;
  if (typeof value !== "string") return undefined;
  if (use.on?.includes(value)) return true;
  if (use.off?.includes(value)) return false;
  const word = value.trim().toLowerCase();
  if (use.on === undefined && words.yes.includes(word)) return true;
  return use.off === undefined && words.no.includes(word) ? false : undefined;
}

/** Of a card number nothing is shown. */
const brief = (value: SparkplugValue): string =>
  typeof value === "boolean" || value === null ? String(value) : `a ${typeof value}`;

const shown = (names: readonly string[]): string =>
  names.length <= 8 ? names.map((name) => `"${name}"`).join(", ") : `${names.length} others, as "${names[0]}"`;
