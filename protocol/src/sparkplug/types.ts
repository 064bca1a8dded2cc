/** Data types of Sparkplug B (Sparkplug 3.0, section 6.4.16) and what a value of each is here. */

/** By their number on the wire. */
export const SPARKPLUG_TYPES = [
  "Unknown",
  "Int8",
  "Int16",
  "Int32",
  "Int64",
  "UInt8",
  "UInt16",
  "UInt32",
  "UInt64",
  "Float",
  "Double",
  "Boolean",
  "String",
  "DateTime",
  "Text",
  "UUID",
  "DataSet",
  "Bytes",
  "File",
  "Template",
  "PropertySet",
  "PropertySetList",
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "Int64Array",
  "UInt8Array",
  "UInt16Array",
  "UInt32Array",
  "UInt64Array",
  "FloatArray",
  "DoubleArray",
  "BooleanArray",
  "StringArray",
  "DateTimeArray",
] as const;
export type SparkplugType = (typeof SPARKPLUG_TYPES)[number];

/** Whole numbers are a bigint only beyond what a number holds exactly. */
export type SparkplugScalar = number | bigint | boolean | string;

export interface SparkplugDataSet {
  readonly columns: readonly string[];
  readonly types: readonly SparkplugType[];
  readonly rows: readonly (readonly SparkplugScalar[])[];
}

export interface SparkplugTemplate {
  readonly isDefinition: boolean;
  /** The definition an instance is of; a definition has none. */
  readonly ref?: string | undefined;
  readonly version?: string | undefined;
  readonly metrics: readonly SparkplugMetric[];
  readonly parameters: readonly {
    readonly name: string;
    readonly type: SparkplugType;
    readonly value: SparkplugScalar | null;
  }[];
}

export type SparkplugValue =
  | SparkplugScalar
  | Uint8Array
  | readonly SparkplugScalar[]
  | SparkplugDataSet
  | SparkplugTemplate
  | null;

/** Of the one property with a meaning of its own (section 6.4.9.1). */
export const QUALITY = { bad: 0, good: 192, stale: 500 } as const;

export type SparkplugProperties = Readonly<Record<string, SparkplugProperty>>;

export interface SparkplugProperty {
  readonly type: SparkplugType;
  readonly value: SparkplugScalar | SparkplugProperties | readonly SparkplugProperties[] | null;
}

/** A metric with its type known; on the wire DATA messages leave name or type to the birth. */
export interface SparkplugMetric {
  readonly name?: string | undefined;
  readonly alias?: number | bigint | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly timestamp?: number | undefined;
  readonly type: SparkplugType;
  readonly value: SparkplugValue;
  readonly historical?: boolean | undefined;
  readonly transient?: boolean | undefined;
  readonly properties?: SparkplugProperties | undefined;
}

export const isSparkplugType = (name: string): name is SparkplugType =>
  (SPARKPLUG_TYPES as readonly string[]).includes(name);

/** Undefined for a number the specification does not list. */
export const sparkplugTypeOf = (code: number): SparkplugType | undefined => SPARKPLUG_TYPES[code];

export const sparkplugTypeCode = (type: SparkplugType): number => SPARKPLUG_TYPES.indexOf(type);

/** What a column of a data set or a parameter of a template may be. */
const BASIC = 14;
export const isBasicType = (code: number): boolean => code >= 1 && code <= BASIC;
