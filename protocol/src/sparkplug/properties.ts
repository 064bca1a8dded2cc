/** Properties of a Sparkplug metric: keys and values in two lists (Sparkplug 3.0, sections 6.4.8 to 6.4.10). Pure. */
import { FrameError } from "../errors.ts";
import {
  isBasicType,
  QUALITY,
  type SparkplugProperties,
  type SparkplugProperty,
  sparkplugTypeCode,
  sparkplugTypeOf,
} from "./types.ts";
import { readSparkplugValue, writeSparkplugValue } from "./value.ts";
import { type Wire, wireOut, wireText } from "./wire.ts";

const MAX_PROPERTIES = 1_000;

/** Throws FrameError `payload`. */
export function readProperties(wire: Wire): SparkplugProperties {
  const keys = wire["keys"] as readonly string[];
  const values = wire["values"] as readonly Wire[];
  if (keys.length !== values.length || keys.length > MAX_PROPERTIES)
    throw new FrameError("payload", `properties: ${keys.length} keys for ${values.length} values`);
  return Object.fromEntries(keys.map((key, index) => [key, readProperty(key, values[index] as Wire)]));
}

function readProperty(key: string, wire: Wire): SparkplugProperty {
  const code = wire["type"] as number;
  const type = sparkplugTypeOf(code);
  if (type === undefined || !(isBasicType(code) || type === "PropertySet" || type === "PropertySetList"))
    throw new FrameError("payload", `property ${key}: a property cannot have the type ${code}`);
  if (wire["isNull"] === true) return { type, value: null };
  if (type === "PropertySet") return { type, value: readProperties(inner(key, wire, "propertysetValue")) };
  if (type === "PropertySetList") {
    const list = inner(key, wire, "propertysetsValue")["propertyset"] as readonly Wire[];
    return { type, value: list.map(readProperties) };
  }
  const value = wireOut(wire);
  if (value === undefined) throw new FrameError("payload", `property ${key}: neither a value nor is_null`);
  const read = readSparkplugValue(type, value) as SparkplugProperty["value"];
  return { type, value: read };
}

function inner(key: string, wire: Wire, field: string): Wire {
  if (!Object.hasOwn(wire, field)) throw new FrameError("payload", `property ${key}: no ${field}`);
  return wire[field] as Wire;
}

/** Throws FrameError `payload`. */
export function writeProperties(properties: SparkplugProperties): Wire {
  const all = Object.entries(properties);
  return { keys: all.map(([key]) => key), values: all.map(([key, property]) => writeProperty(key, property)) };
}

function writeProperty(key: string, { type, value }: SparkplugProperty): Wire {
  const head = { type: sparkplugTypeCode(type) };
  if (value === null) return { ...head, isNull: true };
  if (type === "PropertySet") return { ...head, propertysetValue: writeProperties(value as SparkplugProperties) };
  if (type === "PropertySetList")
    return {
      ...head,
      propertysetsValue: { propertyset: (value as readonly SparkplugProperties[]).map(writeProperties) },
    };
  if (!isBasicType(sparkplugTypeCode(type)))
    throw new FrameError("payload", `property ${key}: a property cannot have the type ${type}`);
  return { ...head, ...wireText(writeSparkplugValue(type, value as string)) };
}

/** Good where a metric says nothing. Throws FrameError `payload` for a quality that the specification does not have. */
export function qualityOf(properties: SparkplugProperties | undefined): number {
  const quality = properties?.["Quality"];
  if (quality === undefined) return QUALITY.good;
  const known: readonly unknown[] = Object.values(QUALITY);
  if (quality.type !== "Int32" || !known.includes(quality.value))
    throw new FrameError("payload", `Quality: a value of type ${quality.type} is no quality`);
  return quality.value as number;
}

export const qualityProperty = (quality: keyof typeof QUALITY): SparkplugProperties => ({
  Quality: { type: "Int32", value: QUALITY[quality] },
});
