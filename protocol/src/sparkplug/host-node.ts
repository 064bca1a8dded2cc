/** What a host application knows of one edge node and its devices: their births, their aliases, and who is there. */
import { FrameError } from "../errors.ts";
import { type ReceivedMetric, type ReceivedPayload, sparkplugProperties, sparkplugValue } from "./payload.ts";
import { qualityOf } from "./properties.ts";
import type { EdgeNodeId } from "./topics.ts";
import { QUALITY, type SparkplugMetric, type SparkplugType, type SparkplugValue } from "./types.ts";

/** A metric as it was born. */
export interface BornMetric {
  readonly name: string;
  readonly type: SparkplugType;
  readonly alias?: number | bigint | undefined;
}

/** A value as it came in. */
export interface HostMetric {
  readonly name: string;
  readonly type: SparkplugType;
  readonly value: SparkplugValue;
  /** By the edge node's clock; undefined where it gave none. */
  readonly atMs: number | undefined;
  readonly historical: boolean;
  readonly transient: boolean;
  /** False when the edge node itself calls it bad or stale. */
  readonly good: boolean;
  /** What its `engUnit` says; many edge nodes write one into their births. */
  readonly unit?: string | undefined;
}

/** An edge node, or one of its devices. */
export interface Scope {
  readonly metrics: Map<string, BornMetric>;
  online: boolean;
  /** When it came or went, milliseconds since 1970. */
  sinceMs: number;
  /** Of a device: its node was born anew, it was not yet. What was known of it is stale. */
  awaited: boolean;
}

/** What could be read of a message, and why the rest could not: `unknown` where a birth is missing. */
export interface ReadMetrics {
  readonly metrics: readonly HostMetric[];
  readonly failures: readonly FrameError[];
}

export const newScope = (): Scope => ({ metrics: new Map(), online: false, sinceMs: 0, awaited: false });

export class HostNode {
  readonly id: EdgeNodeId;
  readonly scope = newScope();
  readonly devices = new Map<string, Scope>();
  bdSeq: number | undefined;
  /** The sequence number that comes next. */
  next = 0;
  #aliases = new Map<number | bigint, { readonly device: string | undefined; readonly metric: BornMetric }>();

  constructor(id: EdgeNodeId) {
    this.id = id;
  }

  /** Its devices wait for their own births; what was said before is stale. */
  bornAnew(): void {
    this.#aliases = new Map();
    for (const device of this.devices.values()) device.awaited = device.online;
  }

  /** Puts a birth in place of the one before; a metric that cannot be read is left out. */
  born(device: string | undefined, { metrics }: ReceivedPayload, wallMs: number): ReadMetrics {
    const scope = device === undefined ? this.scope : (this.devices.get(device) ?? newScope());
    scope.metrics.clear();
    const read = readEach(metrics, (metric) => {
      const { name, type, alias } = metric;
      if (name === undefined) throw new FrameError("payload", `a metric without a name in a birth, alias ${alias}`);
      const value = hostMetric(metric, name, type);
      this.#name(device, { name, type: value.type, alias });
      scope.metrics.set(name, { name, type: value.type, alias });
      return value;
    });
    Object.assign(scope, { online: true, awaited: false, sinceMs: wallMs });
    if (device !== undefined) this.devices.set(device, scope);
    return read;
  }

  read(device: string | undefined, { metrics }: ReceivedPayload): ReadMetrics {
    const scope = device === undefined ? this.scope : this.devices.get(device);
    if (scope === undefined || !scope.online || scope.awaited)
      return { metrics: [], failures: [new FrameError("unknown", `${device ?? "the edge node"} was not born`)] };
    return readEach(metrics, (metric) => {
      const born = this.#bornOf(device, scope, metric);
      return hostMetric(metric, born.name, born.type);
    });
  }

  #bornOf(device: string | undefined, scope: Scope, { name, alias }: ReceivedMetric): BornMetric {
    if (name !== undefined) {
      const born = scope.metrics.get(name);
      if (born === undefined) throw new FrameError("unknown", `the metric ${name} stands in no birth`);
      return born;
    }
    const named = alias === undefined ? undefined : this.#aliases.get(alias);
    if (named === undefined || named.device !== device)
      throw new FrameError("unknown", `the alias ${alias ?? "that is missing"} stands in no birth`);
    return named.metric;
  }

  #name(device: string | undefined, metric: BornMetric): void {
    const { alias, name } = metric;
    if (alias === undefined) return;
    const taken = this.#aliases.get(alias);
    if (taken !== undefined && (taken.device !== device || taken.metric.name !== name))
      throw new FrameError("payload", `the alias ${alias} of ${name} belongs to ${taken.metric.name}`);
    this.#aliases.set(alias, { device, metric });
  }
}

function readEach(metrics: readonly ReceivedMetric[], read: (metric: ReceivedMetric) => HostMetric): ReadMetrics {
  const failures: FrameError[] = [];
  const good = metrics.flatMap((metric) => {
    try {
      return [read(metric)];
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      failures.push(error);
      return [];
    }
  });
  return { metrics: good, failures };
}

function hostMetric(metric: ReceivedMetric, name: string, born: SparkplugType | undefined): HostMetric {
  const { timestamp, historical, transient } = metric;
  const value = sparkplugValue(metric, born);
  const type = metric.type ?? born;
  if (type === undefined) throw new FrameError("payload", `the metric ${name} has no type in its birth`);
  const properties = sparkplugProperties(metric);
  const good = qualityOf(properties) === QUALITY.good;
  const unit = properties?.["engUnit"]?.value;
  const named = typeof unit === "string" && unit !== "" ? { unit } : {};
  return { name, type, value, atMs: timestamp, historical, transient, good, ...named };
}

/** What to write to a metric, by its alias where it was born with one. */
export const toWrite = ({ name, type, alias }: BornMetric, value: SparkplugValue, nowMs: number): SparkplugMetric => ({
  ...(alias === undefined ? { name } : { alias }),
  timestamp: nowMs,
  type,
  value,
});
