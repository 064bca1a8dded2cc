import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { org } from "../generated/sparkplug.js";
import { tck } from "../testing/tck.ts";
import {
  decodeSparkplug,
  encodeSparkplug,
  MAX_SPARKPLUG_BYTES,
  sparkplugMetric,
  sparkplugProperties,
  sparkplugValue,
} from "./payload.ts";
import { qualityOf, qualityProperty } from "./properties.ts";
import { parseHostState } from "./state.ts";
import { SPARKPLUG_TYPES, type SparkplugMetric, type SparkplugTemplate, type SparkplugType } from "./types.ts";

interface Vector {
  readonly name: string;
  readonly topic: string;
  readonly payloadBase64?: string;
  readonly payloadText?: string;
  readonly expected?: { readonly timestamp: number; readonly seq?: number; readonly metrics: readonly Shown[] };
}
interface Shown {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  readonly type: SparkplugType;
  readonly value: unknown;
  readonly isHistorical?: boolean;
  readonly properties?: unknown;
}

const file = new URL("../../vectors/sparkplug/payloads.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] };

const WALL = 1_700_000_000_000;
const one = (metric: Omit<SparkplugMetric, "name" | "timestamp">, types = true) =>
  encodeSparkplug({ timestamp: WALL, seq: 1, metrics: [{ name: "m", timestamp: WALL, ...metric }] }, { types });
const back = (bytes: Uint8Array, born?: SparkplugType) => {
  const [metric] = decodeSparkplug(bytes).metrics;
  if (metric === undefined) throw new RangeError("no metric came back");
  return sparkplugValue(metric, born);
};

/** Bytes that our own writer refuses to make. */
const raw = (metric: object) =>
  org.eclipse.tahu.protobuf.Payload.encode({ metrics: [{ name: "m", ...metric }] } as never).finish();
const refused = (metric: object, born?: SparkplugType) => {
  try {
    return back(raw(metric), born);
  } catch (error) {
    return (error as Error).message;
  }
};

/** As the vectors show values: 64 bits as text, bytes as base64. */
function shown(type: SparkplugType, value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  return value !== null && /64$|DateTime/.test(type) ? String(value) : value;
}

describe("the vectors of another encoder", () => {
  test.each(vectors.filter(({ expected }) => expected !== undefined))("$name", ({ payloadBase64 = "", expected }) => {
    const payload = decodeSparkplug(Buffer.from(payloadBase64, "base64"));
    expect({ timestamp: payload.timestamp, seq: payload.seq }).toEqual({
      timestamp: expected?.timestamp,
      seq: expected?.seq,
    });
    expect(payload.metrics).toHaveLength(expected?.metrics.length ?? 0);
    for (const [index, want] of (expected?.metrics ?? []).entries()) {
      const metric = payload.metrics[index];
      if (metric === undefined) throw new RangeError("a metric is missing");
      expect({ name: metric.name, alias: metric.alias, historical: metric.historical }).toEqual({
        name: want.name,
        alias: want.alias,
        historical: want.isHistorical === true,
      });
      const value = sparkplugValue(metric);
      if (want.type === "DataSet") expect(value).toMatchObject({ columns: ["tariff", "kWh"] });
      else if (want.type === "Float") expect(value).toBeCloseTo(want.value as number, 5);
      else expect(shown(want.type, value), want.name).toEqual(want.value);
      if (want.properties !== undefined) expect(sparkplugProperties(metric)).toEqual(want.properties);
    }
  });

  test("the STATE of a host", () => {
    const state = vectors.find(({ name }) => name === "sparkplug/STATE");
    expect(parseHostState(Buffer.from(state?.payloadText ?? ""))?.online).toBe(true);
  });
});

describe("values", () => {
  const VALUES: readonly (readonly [SparkplugType, SparkplugMetric["value"]])[] = [
    ["Int8", -5],
    ["Int8", 127],
    ["Int16", -1_000],
    ["Int32", -2_147_483_648],
    ["Int64", -9_007_199_254_740_993n],
    ["Int64", -1],
    ["UInt8", 255],
    ["UInt16", 65_535],
    ["UInt32", 4_294_967_295],
    ["UInt64", 18_446_744_073_709_551_615n],
    ["Float", 0.5],
    ["Double", 0.1],
    ["Boolean", false],
    ["String", "楼"],
    ["DateTime", WALL],
    ["Text", ""],
    ["UUID", "b2c5c9a0-6f1e-4c36-9a51-5e0e7c1d2f33"],
    ["Bytes", Uint8Array.of(0, 255)],
    ["File", Uint8Array.of(1)],
    ["Int8Array", [-128, 127]],
    ["Int16Array", [-1, 2]],
    ["Int32Array", [-70_000]],
    ["Int64Array", [-1, 9_007_199_254_740_993n]],
    ["UInt8Array", [255]],
    ["UInt16Array", [65_535, 1]],
    ["UInt32Array", [4_294_967_295]],
    ["UInt64Array", [1, 18_446_744_073_709_551_615n]],
    ["FloatArray", [0.5, -2]],
    ["DoubleArray", [0.1]],
    ["BooleanArray", [true, false, true, true, false, false, false, false, true]],
    ["StringArray", ["a", "", "楼"]],
    ["DateTimeArray", [WALL]],
    ["String", null],
  ];

  test.each(VALUES)("%s comes back as it went: %o", (type, value) => {
    const come = back(one({ type, value }));
    expect(come instanceof Uint8Array ? Uint8Array.from(come) : come).toEqual(value);
    expect(back(one({ type, value }, false), type)).toEqual(back(one({ type, value })));
  });

  test(
    tck(
      "a datatype is one of the list, written in births and left out of data",
      "tck-id-payloads-metric-datatype-value-type",
      "tck-id-payloads-metric-datatype-value",
      "tck-id-payloads-metric-datatype-not-req",
    ),
    () => {
      const wireOf = (types: boolean) => decodeSparkplug(one({ type: "Boolean", value: true }, types)).metrics[0];
      expect(wireOf(true)?.type).toBe("Boolean");
      expect(wireOf(false)?.type).toBeUndefined();
      expect(SPARKPLUG_TYPES.indexOf("DateTimeArray")).toBe(34);
      expect(refused({ datatype: 99, intValue: 1 })).toBe("datatype: there is no type 99");
      expect(refused({ datatype: 0, intValue: 1 }, "UInt8")).toBe(1);
      expect(refused({ intValue: 1 })).toBe("a metric without a type");
    },
  );

  test("signed values come as two's complement of 32 bits, or of their own width", () => {
    expect(refused({ datatype: 1, intValue: 4_294_967_291 })).toBe(-5);
    expect(refused({ datatype: 1, intValue: 251 })).toBe(-5);
    expect(refused({ datatype: 2, intValue: 0xfc18 })).toBe(-1_000);
    expect(refused({ datatype: 3, intValue: 4_294_967_295 })).toBe(-1);
    expect(refused({ datatype: 3, longValue: "18446744073709551615" })).toBe(-1);
  });

  test("UInt32 may stand in long_value", () => {
    expect(refused({ datatype: 7, longValue: "4294967295" })).toBe(4_294_967_295);
  });

  test.each([
    [{ datatype: 1, intValue: 300 }, "Int8 in intValue: does not fit 8 bits"],
    [{ datatype: 5, intValue: 256 }, "UInt8 in intValue: does not fit 8 bits"],
    [{ datatype: 7, longValue: "4294967296" }, "UInt32 in longValue: does not fit 32 bits"],
    [{ datatype: 11, intValue: 1 }, "Boolean in intValue: does not stand where the type has it"],
    [{ datatype: 12, booleanValue: true }, "String in booleanValue: does not stand where the type has it"],
    [{ datatype: 3, stringValue: "5" }, "Int32 in stringValue: does not stand where the type has it"],
    [{ datatype: 12 }, "String: neither a value nor is_null"],
    [{ datatype: 16, intValue: 1 }, "DataSet: no datasetValue"],
    [{ datatype: 19, intValue: 1 }, "Template: no templateValue"],
    [{ datatype: 20, intValue: 1 }, "PropertySet in intValue: is no value of that type"],
    [{ datatype: 24, bytesValue: Uint8Array.of(1) }, "Int32Array: 1 bytes"],
    [{ datatype: 32, bytesValue: Uint8Array.of(255, 255, 255, 255) }, "BooleanArray: 4 bytes for 4294967295 values"],
    [{ datatype: 33, bytesValue: Uint8Array.of(65) }, "StringArray: the last string has no end"],
    [{ datatype: 33, bytesValue: Uint8Array.of(255, 0) }, "StringArray: not UTF-8"],
  ])("%j is refused: %s", (metric, message) => {
    expect(refused(metric)).toBe(message);
  });

  test("a value its type does not have is not written", () => {
    const wrong: readonly (readonly [SparkplugType, SparkplugMetric["value"]])[] = [
      ["Int8", 128],
      ["UInt8", -1],
      ["Int32", 0.5],
      ["UInt64", 18_446_744_073_709_551_616n],
      ["Boolean", "true"],
      ["String", 5],
      ["Bytes", "x"],
      ["Int8Array", 5],
      ["PropertySet", "x"],
    ];
    for (const [type, value] of wrong) expect(() => one({ type, value }), type).toThrow("not a value of that type");
  });
});

describe("properties", () => {
  test(
    tck(
      "are as many keys as values, each with a type of the list",
      "tck-id-payloads-propertyset-keys-array-size",
      "tck-id-payloads-propertyset-values-array-size",
      "tck-id-payloads-metric-propertyvalue-type-type",
      "tck-id-payloads-metric-propertyvalue-type-value",
      "tck-id-payloads-metric-propertyvalue-type-req",
    ),
    () => {
      const properties = {
        engUnit: { type: "String", value: "kWh" },
        gone: { type: "Int32", value: null },
        limits: { type: "PropertySet", value: { low: { type: "Double", value: 1.5 } } },
        steps: { type: "PropertySetList", value: [{ at: { type: "UInt8", value: 1 } }, {}] },
      } as const;
      const [metric] = decodeSparkplug(one({ type: "Int32", value: 1, properties })).metrics;
      if (metric === undefined) throw new RangeError("no metric came back");
      expect(sparkplugProperties(metric)).toEqual(properties);
      const told = (wire: object) => {
        const [odd] = decodeSparkplug(raw({ datatype: 3, intValue: 1, properties: wire })).metrics;
        return () => odd && sparkplugProperties(odd);
      };
      expect(told({ keys: ["a", "b"], values: [{ type: 3, intValue: 1 }] })).toThrow("2 keys for 1 values");
      expect(told({ keys: ["a"], values: [{ type: 17, intValue: 1 }] })).toThrow("cannot have the type 17");
      expect(told({ keys: ["a"], values: [{ intValue: 1 }] })).toThrow("cannot have the type 0");
      expect(told({ keys: ["a"], values: [{ type: 3 }] })).toThrow("neither a value nor is_null");
      expect(told({ keys: ["a"], values: [{ type: 20 }] })).toThrow("no propertysetValue");
    },
  );

  test(
    tck(
      "hold the quality as an Int32 of 0, 192 or 500",
      "tck-id-payloads-propertyset-quality-value-type",
      "tck-id-payloads-propertyset-quality-value-value",
    ),
    () => {
      expect(qualityProperty("stale")).toEqual({ Quality: { type: "Int32", value: 500 } });
      expect(qualityOf(undefined)).toBe(192);
      expect(qualityOf(qualityProperty("bad"))).toBe(0);
      expect(() => qualityOf({ Quality: { type: "Int32", value: 1 } })).toThrow("is no quality");
      expect(() => qualityOf({ Quality: { type: "Int64", value: 192 } })).toThrow("is no quality");
    },
  );
});

describe("data sets", () => {
  const dataSet = {
    columns: ["tariff", "kWh"],
    types: ["UInt32", "Double"],
    rows: [
      [1, 0.33],
      [2, 0.6],
    ],
  } as const;

  test(
    tck(
      "have as many columns as types, all of them basic, and rows as wide",
      "tck-id-payloads-dataset-column-size",
      "tck-id-payloads-dataset-column-num-headers",
      "tck-id-payloads-dataset-types-def",
      "tck-id-payloads-dataset-types-num",
      "tck-id-payloads-dataset-types-type",
      "tck-id-payloads-dataset-types-value",
      "tck-id-payloads-dataset-parameter-type-req",
      "tck-id-payloads-template-dataset-value",
    ),
    () => {
      expect(back(one({ type: "DataSet", value: dataSet }))).toEqual(dataSet);
      const wrong = (change: object) => () => one({ type: "DataSet", value: { ...dataSet, ...change } });
      expect(wrong({ columns: ["tariff"] })).toThrow("1 columns, 2 types");
      expect(wrong({ types: ["UInt32", "Bytes"] })).toThrow("not a basic one");
      expect(wrong({ rows: [[1]] })).toThrow("rows of 1");
      const wire = { columns: ["a"], types: [3], rows: [{ elements: [{ intValue: 1 }] }] };
      const from = (change: object) => refused({ datatype: 16, datasetValue: { ...wire, ...change } });
      expect(from({})).toEqual({ columns: ["a"], types: ["Int32"], rows: [[1]] });
      expect(from({ numOfColumns: 2 })).toContain("2 num_of_columns");
      expect(from({ types: [] })).toContain("0 types");
      expect(from({ types: [17] })).toContain("not a basic one");
      expect(from({ rows: [{ elements: [] }] })).toContain("a row of 0 for 1 columns");
      expect(from({ rows: [{ elements: [{}] }] })).toContain("no value in column a");
      expect(from({ rows: Array.from({ length: 100_001 }, () => ({})) })).toContain("100001 rows");
    },
  );
});

describe("templates", () => {
  const member: SparkplugMetric = { name: "RPMs", type: "Int32", value: 3 };
  const definition: SparkplugTemplate = {
    isDefinition: true,
    version: "v1",
    metrics: [member],
    parameters: [{ name: "Index", type: "String", value: null }],
  };
  const instance: SparkplugTemplate = {
    isDefinition: false,
    ref: "Motor",
    metrics: [member],
    parameters: [{ name: "Index", type: "String", value: "1" }],
  };

  test(
    tck(
      "say whether they are definitions; an instance names its definition, and a definition none",
      "tck-id-payloads-template-definition-is-definition",
      "tck-id-payloads-template-definition-ref",
      "tck-id-payloads-template-definition-parameters-default",
      "tck-id-payloads-template-instance-is-definition",
      "tck-id-payloads-template-instance-ref",
      "tck-id-payloads-template-instance-parameters",
      "tck-id-payloads-template-version",
      "tck-id-payloads-template-ref-definition",
      "tck-id-payloads-template-ref-instance",
      "tck-id-payloads-template-is-definition",
      "tck-id-payloads-template-is-definition-definition",
      "tck-id-payloads-template-is-definition-instance",
      "tck-id-payloads-template-parameter-name-required",
      "tck-id-payloads-template-parameter-name-type",
      "tck-id-payloads-template-parameter-value-type",
      "tck-id-payloads-template-parameter-type-value",
      "tck-id-payloads-template-parameter-type-req",
      "tck-id-payloads-template-parameter-value",
    ),
    () => {
      for (const value of [definition, instance]) expect(back(one({ type: "Template", value }))).toMatchObject(value);
      const wrong = (value: object) => () => one({ type: "Template", value: value as SparkplugTemplate });
      expect(wrong({ ...definition, ref: "Motor" })).toThrow("a definition that refers to Motor");
      expect(wrong({ ...instance, ref: undefined })).toThrow("an instance of no definition");
      expect(wrong({ ...instance, parameters: [{ name: "", type: "String", value: "" }] })).toThrow("without a name");
      expect(wrong({ ...instance, parameters: [{ name: "a", type: "Bytes", value: "" }] })).toThrow("not a basic one");
      const from = (templateValue: object) => refused({ datatype: 19, templateValue });
      expect(from({ templateRef: "Motor" })).toBe("Template: no is_definition");
      expect(from({ isDefinition: true, templateRef: "Motor" })).toContain("refers to Motor");
      expect(from({ isDefinition: false })).toBe("Template: an instance of no definition");
      expect(from({ isDefinition: true, parameters: [{ type: 12 }] })).toContain("without a name");
      expect(from({ isDefinition: true, parameters: [{ name: "a", type: 99 }] })).toContain("not a basic one");
      expect(from({ isDefinition: true, metrics: [{ name: "a", intValue: 1 }] })).toContain("the metric a has no type");
    },
  );
});

describe("bounds", () => {
  test("a payload that is too long is not looked at", () => {
    expect(() => decodeSparkplug(new Uint8Array(MAX_SPARKPLUG_BYTES + 1))).toThrow("524288 are taken");
  });

  test("too many metrics are refused, and names that are too long", () => {
    expect(() => decodeSparkplug(Buffer.concat(Array.from({ length: 20_001 }, () => Buffer.from([0x12, 0]))))).toThrow(
      "20001 metrics",
    );
    expect(() => decodeSparkplug(one({ type: "Boolean", value: true, alias: 1 }).subarray(0, 5))).toThrow(
      "not a Sparkplug",
    );
    const long = encodeSparkplug(
      { metrics: [{ name: "x".repeat(1_025), type: "Boolean", value: true }] },
      { types: true },
    );
    expect(() => decodeSparkplug(long)).toThrow("1025 characters");
  });

  test("templates within templates end somewhere", () => {
    let bytes: Uint8Array = Uint8Array.of(0x28, 0);
    const varint = (n: number) =>
      n < 128 ? [n] : n < 16_384 ? [(n & 127) | 128, n >> 7] : [(n & 127) | 128, ((n >> 7) & 127) | 128, n >> 14];
    for (let depth = 0; depth < 5_000; depth++) {
      const metric = [0x92, 0x01, ...varint(bytes.length)];
      const inner = [0x12, ...varint(metric.length + bytes.length), ...metric];
      bytes = Buffer.concat([Buffer.from(inner), bytes]);
    }
    expect(() => decodeSparkplug(bytes)).toThrow("not a Sparkplug B payload");
  });

  test("an alias of 64 bits stays what it is", () => {
    const alias = 18_446_744_073_709_551_615n;
    const [metric] = decodeSparkplug(one({ type: "Boolean", value: true, alias })).metrics;
    expect(metric?.alias).toBe(alias);
    expect(metric && sparkplugMetric(metric)).toMatchObject({ alias, value: true });
  });
});
