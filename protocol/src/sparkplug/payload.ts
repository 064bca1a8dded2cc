/** Payloads of Sparkplug B: bytes to metrics and back. What a metric's value is, its type tells, which in DATA messages only the birth has named. */
import { FrameError } from "../errors.ts";
import { org } from "../generated/sparkplug.js";
import { readProperties, writeProperties } from "./properties.ts";
import { readDataSet, readTemplate, writeDataSet, writeTemplate } from "./structures.ts";
import {
  type SparkplugDataSet,
  type SparkplugMetric,
  type SparkplugProperties,
  type SparkplugTemplate,
  type SparkplugType,
  type SparkplugValue,
  sparkplugTypeCode,
  sparkplugTypeOf,
} from "./types.ts";
import { readSparkplugValue, writeSparkplugValue } from "./value.ts";
import { type Wire, wireIn, wireNumber, wireOut, wireText } from "./wire.ts";

const { Payload } = org.eclipse.tahu.protobuf;

/** A longer payload is not looked at. */
export const MAX_SPARKPLUG_BYTES = 512 * 1024;
/** Metrics of one payload. */
export const MAX_SPARKPLUG_METRICS = 20_000;
const MAX_NAME = 1_024;

/** A metric as it came; {@link sparkplugValue} reads its value. */
export interface ReceivedMetric {
  readonly name?: string | undefined;
  readonly alias?: number | bigint | undefined;
  readonly timestamp?: number | undefined;
  /** Undefined where the message names none: DATA leaves it to the birth. */
  readonly type?: SparkplugType | undefined;
  readonly historical: boolean;
  readonly transient: boolean;
  readonly wire: Wire;
}

export interface ReceivedPayload {
  readonly timestamp?: number | undefined;
  readonly seq?: number | undefined;
  readonly uuid?: string | undefined;
  readonly metrics: readonly ReceivedMetric[];
}

/** Throws FrameError `payload` for bytes that are no Sparkplug B payload, or too much of one. */
export function decodeSparkplug(bytes: Uint8Array): ReceivedPayload {
  if (bytes.length > MAX_SPARKPLUG_BYTES)
    throw new FrameError("payload", `a Sparkplug payload of ${bytes.length} bytes, ${MAX_SPARKPLUG_BYTES} are taken`);
  let payload: Wire;
  try {
    payload = Payload.decode(bytes) as unknown as Wire;
  } catch (cause) {
    throw new FrameError("payload", `not a Sparkplug B payload: ${bytes.length} bytes`, { cause });
  }
  const metrics = payload["metrics"] as readonly Wire[];
  if (metrics.length > MAX_SPARKPLUG_METRICS)
    throw new FrameError("payload", `${metrics.length} metrics in one payload, ${MAX_SPARKPLUG_METRICS} are taken`);
  return {
    timestamp: timeOf(payload),
    seq: wireNumber(payload, "seq"),
    uuid: Object.hasOwn(payload, "uuid") ? (payload["uuid"] as string) : undefined,
    metrics: metrics.map(receivedMetric),
  };
}

function receivedMetric(wire: Wire): ReceivedMetric {
  const name = Object.hasOwn(wire, "name") ? (wire["name"] as string) : undefined;
  if (name !== undefined && name.length > MAX_NAME)
    throw new FrameError("payload", `a metric's name of ${name.length} characters, ${MAX_NAME} are taken`);
  return {
    name,
    alias: wireIn(wire, "alias"),
    timestamp: timeOf(wire),
    type: typeOf(wire),
    historical: wire["isHistorical"] === true,
    transient: wire["isTransient"] === true,
    wire,
  };
}

function timeOf(wire: Wire): number | undefined {
  const time = wireNumber(wire, "timestamp");
  if (time !== undefined && !Number.isSafeInteger(time)) throw new FrameError("payload", `timestamp: ${time} ms`);
  return time;
}

/** Some encoders write "Unknown" for what they leave out. */
function typeOf(wire: Wire): SparkplugType | undefined {
  const type = Object.hasOwn(wire, "datatype") ? sparkplugTypeOf(wire["datatype"] as number) : undefined;
  return type === "Unknown" ? undefined : type;
}

/** Throws FrameError `payload` for a number that the specification does not list. */
function checkType(wire: Wire): void {
  const code = wire["datatype"];
  if (Object.hasOwn(wire, "datatype") && sparkplugTypeOf(code as number) === undefined)
    throw new FrameError("payload", `datatype: there is no type ${code}`);
}

/** Null for a metric that says it has none. Throws FrameError `payload` for a value that is none of its type. */
export function sparkplugValue({ wire, type: own }: ReceivedMetric, born?: SparkplugType): SparkplugValue {
  checkType(wire);
  const type = own ?? born;
  if (wire["isNull"] === true) return null;
  if (type === undefined) throw new FrameError("payload", "a metric without a type");
  if (type === "DataSet") return readDataSet(within(wire, "datasetValue", type));
  if (type === "Template") return readTemplate(within(wire, "templateValue", type), sparkplugMetric);
  const value = wireOut(wire);
  if (value === undefined) throw new FrameError("payload", `${type}: neither a value nor is_null`);
  return readSparkplugValue(type, value);
}

function within(wire: Wire, field: string, type: SparkplugType): Wire {
  if (!Object.hasOwn(wire, field)) throw new FrameError("payload", `${type}: no ${field}`);
  return wire[field] as Wire;
}

/** A metric that names its type, with its value. Throws FrameError `payload`. */
export function sparkplugMetric(metric: ReceivedMetric | Wire): SparkplugMetric {
  const received = "wire" in metric ? (metric as ReceivedMetric) : receivedMetric(metric as Wire);
  const { name, alias, timestamp, type, historical, transient } = received;
  checkType(received.wire);
  if (type === undefined)
    throw new FrameError("payload", `the metric ${name ?? alias ?? "without a name"} has no type`);
  const properties = sparkplugProperties(received);
  return {
    name,
    alias,
    timestamp,
    type,
    value: sparkplugValue(received),
    ...(historical ? { historical } : {}),
    ...(transient ? { transient } : {}),
    ...(properties === undefined ? {} : { properties }),
  };
}

/** Undefined for a metric without any. Throws FrameError `payload`. */
export function sparkplugProperties({ wire }: ReceivedMetric): SparkplugProperties | undefined {
  return Object.hasOwn(wire, "properties") ? readProperties(wire["properties"] as Wire) : undefined;
}

export interface WrittenPayload {
  readonly timestamp?: number | undefined;
  readonly seq?: number | undefined;
  readonly uuid?: string | undefined;
  readonly metrics: readonly SparkplugMetric[];
}

/** Births name the types, DATA and CMD leave them out. Throws FrameError `payload` for a value its type does not have. */
export function encodeSparkplug(
  { metrics, ...head }: WrittenPayload,
  { types }: { readonly types: boolean },
): Uint8Array {
  const wire = { ...defined(head), metrics: metrics.map((metric) => writeMetric(metric, types)) };
  return Payload.encode(wire as never).finish();
}

function writeMetric(
  { type, value, historical, transient, properties, ...head }: SparkplugMetric,
  types: boolean,
): Wire {
  const { alias, ...rest } = head;
  return {
    ...defined(rest),
    ...(alias === undefined ? {} : { alias: typeof alias === "bigint" ? alias.toString() : alias }),
    ...(types ? { datatype: sparkplugTypeCode(type) } : {}),
    ...(historical ? { isHistorical: true } : {}),
    ...(transient ? { isTransient: true } : {}),
    ...(properties === undefined ? {} : { properties: writeProperties(properties) }),
    ...writeValue(type, value),
  };
}

function writeValue(type: SparkplugType, value: SparkplugValue): Wire {
  if (value === null) return { isNull: true };
  if (type === "DataSet") return { datasetValue: writeDataSet(value as SparkplugDataSet) };
  if (type === "Template")
    return { templateValue: writeTemplate(value as SparkplugTemplate, (metric) => writeMetric(metric, true)) };
  return wireText(writeSparkplugValue(type, value as never));
}

const defined = (head: object) => Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined));
