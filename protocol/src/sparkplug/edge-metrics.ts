/** Values an edge node and its devices have now, and which of them changed. */
import { FrameError, InvariantError } from "../errors.ts";
import type { SparkplugMetric, SparkplugProperties, SparkplugType, SparkplugValue } from "./types.ts";

/** A metric as an edge node declares it. */
export interface EdgeValue {
  readonly name: string;
  readonly type: SparkplugType;
  readonly value: SparkplugValue;
  /** When the value was so; default: the birth. */
  readonly timestamp?: number | undefined;
  readonly properties?: SparkplugProperties | undefined;
  /** Its host may write it. */
  readonly writable?: boolean | undefined;
  /** Something that happened, and no state: a birth shows none of it, and each is news. */
  readonly event?: boolean | undefined;
}

export interface MetricUpdate {
  readonly name: string;
  readonly value: SparkplugValue;
  readonly timestamp: number;
  readonly properties?: SparkplugProperties | undefined;
}

interface Kept extends EdgeValue {
  readonly alias: number | undefined;
}

type Scope = Map<string, Kept>;

export class EdgeMetrics {
  readonly #aliased: boolean;
  readonly #scopes = new Map<string | undefined, Scope>([[undefined, new Map()]]);
  #aliases = 0;

  constructor(aliased: boolean) {
    this.#aliased = aliased;
  }

  get devices(): readonly string[] {
    return [...this.#scopes.keys()].flatMap((device) => device ?? []);
  }

  get writableDevices(): readonly string[] {
    return this.devices.filter((device) => [...this.#of(device).values()].some(({ writable }) => writable));
  }

  /** Names that differ only by their case are refused: not every host tells them apart. */
  set(device: string | undefined, metrics: readonly EdgeValue[]): void {
    const names = new Set(metrics.map(({ name }) => name.toLowerCase()));
    if (names.size !== metrics.length) throw new InvariantError(`metrics of ${device ?? "the node"} share a name`);
    const twin = this.devices.find((other) => other !== device && other.toLowerCase() === device?.toLowerCase());
    if (twin !== undefined) throw new InvariantError(`devices ${twin} and ${device} differ only by case`);
    const before = this.#scopes.get(device);
    const scope: Scope = new Map();
    for (const metric of metrics) {
      const alias = this.#aliased ? (before?.get(metric.name)?.alias ?? ++this.#aliases) : undefined;
      scope.set(metric.name, { ...metric, alias });
    }
    this.#scopes.set(device, scope);
  }

  drop(device: string): boolean {
    return this.#scopes.delete(device);
  }

  /** All metrics of a scope, in the order of their times. */
  birth(device: string | undefined, nowMs: number): SparkplugMetric[] {
    const all = [...this.#of(device).values()].map(({ name, alias, type, value, timestamp, properties, event }) => ({
      name,
      ...(alias === undefined ? {} : { alias }),
      timestamp: event ? nowMs : (timestamp ?? nowMs),
      type,
      value: event ? null : value,
      ...(properties === undefined ? {} : { properties }),
    }));
    return inTime(all);
  }

  /**
   * Keeps the new values, and returns what is to be published: nothing before the births (`bornMs` undefined). What happened before them is
   * history, and does not change what is so now.
   */
  update(device: string | undefined, updates: readonly MetricUpdate[], bornMs: number | undefined): SparkplugMetric[] {
    const scope = this.#of(device);
    const changed = updates.flatMap((update): SparkplugMetric[] => {
      const { name, value, timestamp, properties } = update;
      const known = scope.get(name);
      if (known === undefined) throw new InvariantError(`${device ?? "the node"} has no metric ${name}`);
      const { alias, type, event } = known;
      const historical = event === true && bornMs !== undefined && timestamp < bornMs;
      if (!event) {
        if (known.value === value && known.properties === properties) return [];
        scope.set(name, { ...known, ...update });
      }
      return [
        {
          ...(alias === undefined ? { name } : { alias }),
          timestamp,
          type,
          value,
          ...(historical ? { historical } : {}),
          ...(properties === undefined ? {} : { properties }),
        },
      ];
    });
    return bornMs === undefined ? [] : inTime(changed);
  }

  /** By name or alias. Throws FrameError `unknown` for what a host may not write. */
  writable(device: string | undefined, named: string | number | bigint | undefined): Kept {
    const scope = this.#scopes.get(device) ?? new Map<string, Kept>();
    const known =
      typeof named === "string" ? scope.get(named) : [...scope.values()].find(({ alias }) => alias === named && alias);
    if (known?.writable !== true)
      throw new FrameError("unknown", `nobody may write the metric ${named ?? "without a name"}`);
    return known;
  }

  #of(device: string | undefined): Scope {
    const scope = this.#scopes.get(device);
    if (scope === undefined) throw new InvariantError(`there is no device ${device}`);
    return scope;
  }
}

const inTime = (metrics: SparkplugMetric[]): SparkplugMetric[] =>
  metrics.toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0));
