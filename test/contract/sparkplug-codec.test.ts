/** Our Sparkplug B codec beside two that are not ours: the npm package sparkplug-payload, and Google's protoc with our schema file. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  decodeSparkplug,
  encodeSparkplug,
  type SparkplugMetric,
  type SparkplugType,
  sparkplugMetric,
  sparkplugProperties,
} from "@gatehouse/protocol";
import fc from "fast-check";
import { get } from "sparkplug-payload";
import { expect, test } from "vitest";

const peer = get("spBv1.0") as {
  encodePayload(payload: object): Uint8Array;
  decodePayload(bytes: Uint8Array): { readonly metrics?: readonly PeerMetric[]; readonly seq?: unknown };
};

interface PeerMetric {
  readonly name?: string;
  readonly type: string;
  readonly value: unknown;
  readonly isHistorical?: boolean;
  readonly properties?: Readonly<Record<string, { readonly value: unknown }>>;
}

const WALL = 1_700_000_000_000;
const proto = fileURLToPath(new URL("../../protocol/proto", import.meta.url));

/** What `protoc` reads in the bytes, as its text form, or writes for a text form. */
function protoc(way: "--decode" | "--encode", input: Uint8Array | string): Buffer {
  const name = `${way}=org.eclipse.tahu.protobuf.Payload`;
  const { status, stdout, stderr } = spawnSync("protoc", [name, `--proto_path=${proto}`, "sparkplug_b.proto"], {
    input,
  });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const integer = (min: bigint, max: bigint) =>
  fc.bigInt({ min, max }).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

/** Values whose form both sides share. */
const values: Partial<Record<SparkplugType, fc.Arbitrary<unknown>>> = {
  Int8: fc.integer({ min: -128, max: 127 }),
  Int16: fc.integer({ min: -32_768, max: 32_767 }),
  Int32: fc.integer(),
  Int64: integer(-(2n ** 63n), 2n ** 63n - 1n),
  UInt8: fc.integer({ min: 0, max: 255 }),
  UInt16: fc.integer({ min: 0, max: 65_535 }),
  UInt32: fc.integer({ min: 0, max: 4_294_967_295 }),
  UInt64: integer(0n, 2n ** 64n - 1n),
  DateTime: fc.integer({ min: 0, max: WALL }),
  Float: fc.float({ noNaN: true, noDefaultInfinity: true }),
  Double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  Boolean: fc.boolean(),
  String: fc.string({ unit: "grapheme" }),
  Text: fc.string(),
  UUID: fc.uuid(),
};
const metrics = fc.array(
  fc
    .constantFrom(...(Object.keys(values) as SparkplugType[]))
    .chain((type) =>
      (values[type] as fc.Arbitrary<string>).map((value) => ({ name: "m", timestamp: WALL, type, value })),
    ),
  { maxLength: 12 },
);

test("what we write, sparkplug-payload reads the same", () => {
  fc.assert(
    fc.property(metrics, fc.integer({ min: 0, max: 255 }), (all, seq) => {
      // It looks for them in long_value, where the specification does not have them; what it writes there, we read.
      const list = all.filter(({ type }) => type !== "UInt32");
      const bytes = encodeSparkplug({ timestamp: WALL, seq, metrics: list }, { types: true });
      const read = peer.decodePayload(bytes);
      expect(Number(read.seq)).toBe(seq);
      // Its 64 bits come without their sign.
      const signed = (type: string, value: unknown) =>
        type === "Int64" ? BigInt.asIntN(64, BigInt(String(value))) : value;
      expect((read.metrics ?? []).map(({ type, value }) => [type, text(signed(type, value))])).toEqual(
        list.map(({ type, value }) => [type, text(value)]),
      );
    }),
  );
});

test("what sparkplug-payload writes, we read the same", () => {
  fc.assert(
    fc.property(metrics, (list) => {
      const bytes = peer.encodePayload({ timestamp: WALL, seq: 3, metrics: list.map(forPeer) });
      const read = decodeSparkplug(bytes);
      expect(read).toMatchObject({ timestamp: WALL, seq: 3 });
      expect(read.metrics.map(sparkplugMetric).map(({ type, value }) => [type, text(value)])).toEqual(
        list.map(({ type, value }) => [type, text(value)]),
      );
    }),
  );
});

test("history, missing values and properties mean the same to both", () => {
  const properties = { engUnit: { type: "String", value: "°C" }, Quality: { type: "Int32", value: 500 } } as const;
  const list: readonly SparkplugMetric[] = [
    { name: "gone", timestamp: WALL, type: "String", value: null },
    { name: "late", timestamp: WALL, type: "Int32", value: -1, historical: true, properties },
  ];
  const read = peer.decodePayload(encodeSparkplug({ timestamp: WALL, seq: 0, metrics: list }, { types: true }));
  expect(read.metrics).toMatchObject([
    { name: "gone", value: null },
    { name: "late", isHistorical: true, properties: { engUnit: { value: "°C" }, Quality: { value: 500 } } },
  ]);
  const ours = decodeSparkplug(
    peer.encodePayload({ timestamp: WALL, metrics: [{ ...list[1], isHistorical: true, name: "late" }] }),
  ).metrics[0];
  expect(ours).toMatchObject({ name: "late", historical: true });
  expect(ours && sparkplugProperties(ours)).toEqual(properties);
});

test("data sets and templates mean the same to both", () => {
  const dataSet = { columns: ["a", "b"], types: ["Double", "String"], rows: [[0.5, "x"]] } as const;
  const template = {
    isDefinition: false,
    ref: "Motor",
    metrics: [{ name: "RPMs", timestamp: WALL, type: "Int32", value: 3 }],
    parameters: [{ name: "Index", type: "String", value: "1" }],
  } as const;
  const list: readonly SparkplugMetric[] = [
    { name: "set", timestamp: WALL, type: "DataSet", value: dataSet },
    { name: "one", timestamp: WALL, type: "Template", value: template },
  ];
  const read = peer.decodePayload(encodeSparkplug({ timestamp: WALL, metrics: list }, { types: true }));
  expect(read.metrics?.[0]?.value).toMatchObject({
    columns: ["a", "b"],
    types: ["Double", "String"],
    rows: [[0.5, "x"]],
  });
  expect(read.metrics?.[1]?.value).toMatchObject({ templateRef: "Motor", isDefinition: false });
  const wire = protoc("--decode", encodeSparkplug({ timestamp: WALL, metrics: list }, { types: true })).toString();
  expect(wire).toContain('template_ref: "Motor"');
  expect(wire).toContain("num_of_columns: 2");
});

test("protoc reads what we write, negative values as two's complement", () => {
  const bytes = encodeSparkplug(
    { timestamp: WALL, seq: 255, metrics: [{ name: "楼", alias: 7, timestamp: WALL, type: "Int8", value: -5 }] },
    { types: true },
  );
  const shown = protoc("--decode", bytes).toString();
  expect(shown.replace(/\s+/g, " ").trim()).toBe(
    `timestamp: ${WALL} metrics { name: "\\346\\245\\274" alias: 7 timestamp: ${WALL} datatype: 1 int_value: 4294967291 } seq: 255`,
  );
  expect(protoc("--encode", shown).equals(Buffer.from(bytes))).toBe(true);
});

test("we read what protoc writes", () => {
  const bytes = protoc(
    "--encode",
    `timestamp: ${WALL} seq: 9 metrics { name: "a" datatype: 4 long_value: 18446744073709551615 }
     metrics { alias: 3 datatype: 7 long_value: 4294967295 } metrics { name: "b" datatype: 10 double_value: 0.1 }`,
  );
  const { seq, metrics: read } = decodeSparkplug(bytes);
  expect(seq).toBe(9);
  expect(read.map(sparkplugMetric)).toMatchObject([{ value: -1 }, { alias: 3, value: 4_294_967_295 }, { value: 0.1 }]);
});

/** One form for numbers of any width: the peer has 64 bits in objects of its own. */
const text = (value: unknown): string =>
  typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(6) : String(value).replace(/^-0$/, "0");

/** The peer takes 64 bits as its own objects or as numbers. */
const forPeer = ({ value, type, ...rest }: SparkplugMetric & { readonly value: unknown }) => ({
  ...rest,
  type,
  value: typeof value === "bigint" ? long(value) : value,
});

/** In the form of the package `long`, which the peer's protobuf library reads. */
const long = (value: bigint) => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: value >= 0n,
});
