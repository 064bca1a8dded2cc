/** Sparkplug B: what a host application and an edge node make of a stranger's bytes, values, properties and structures included. */
import { readFileSync } from "node:fs";
import {
  decodeSparkplug,
  encodeSparkplug,
  FrameError,
  parseHostState,
  qualityOf,
  SparkplugEdge,
  SparkplugHost,
  type SparkplugMetric,
  sparkplugMetric,
  sparkplugProperties,
  sparkplugValue,
} from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

const file = new URL("../../../protocol/vectors/sparkplug/payloads.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly {
    readonly topic: string;
    readonly payloadBase64?: string;
    readonly payloadText?: string;
  }[];
};
const seeds = vectors.flatMap(({ payloadBase64 }) =>
  payloadBase64 === undefined ? [] : [Buffer.from(payloadBase64, "base64")],
);

const member = { name: "RPMs", type: "Int32", value: 3 } as const;
const rich: readonly SparkplugMetric[] = [
  {
    name: "set",
    type: "DataSet",
    value: {
      columns: ["a", "b"],
      types: ["Int32", "String"],
      rows: [
        [-1, "x"],
        [2, "y"],
      ],
    },
    properties: {
      Quality: { type: "Int32", value: 500 },
      more: { type: "PropertySet", value: { a: { type: "UInt8", value: 1 } } },
    },
  },
  {
    name: "motor",
    type: "Template",
    value: {
      isDefinition: false,
      ref: "Motor",
      metrics: [member],
      parameters: [{ name: "Index", type: "String", value: "1" }],
    },
  },
  { name: "flags", type: "BooleanArray", value: [true, false, true] },
  { name: "names", type: "StringArray", value: ["a", "楼"] },
  { name: "big", type: "Int64", value: -9_007_199_254_740_993n },
];

function readAll(bytes: Uint8Array): void {
  for (const metric of decodeSparkplug(bytes).metrics) {
    for (const read of [
      () => sparkplugValue(metric, "Int8"),
      () => qualityOf(sparkplugProperties(metric)),
      () => void sparkplugMetric(metric),
    ])
      try {
        read();
      } catch (error) {
        // One bad metric does not hide what the next one does.
        if (!(error instanceof FrameError)) throw error;
      }
  }
}

const host = new SparkplugHost({ reorderMs: 1_000, maxNodes: 4, maxMetrics: 10_000 });
const TYPES = ["NBIRTH", "DBIRTH", "DDATA", "NDATA", "DDEATH", "NDEATH"];
let monoMs = 0;

/** The first byte says which message it is, the births of the seeds come in between. */
function hostHears(bytes: Uint8Array): void {
  monoMs += 100;
  const now = { wallMs: monoMs, monoMs };
  const type = TYPES[(bytes[0] ?? 0) % TYPES.length] ?? "NDATA";
  host.take(`spBv1.0/Plant/${type}/Gw${type.startsWith("D") ? "/Door-3" : ""}`, bytes.subarray(1), now);
  host.take("spBv1.0/Plant/NBIRTH/Gw", seeds[1] ?? bytes, now);
  host.take(`spBv1.0/Plant/${type}/Gw${type.startsWith("D") ? "/Door-3" : ""}`, bytes, now);
  host.due(now);
}

const edge = new SparkplugEdge({ group: "g", node: "n", primaryHost: "h" });
edge.setNode([{ name: "Command", type: "String", value: null, writable: true }]);
edge.connect(0);
edge.connected(0);

function edgeHears(bytes: Uint8Array): void {
  edge.hear("spBv1.0/STATE/h", Buffer.from('{"online":true,"timestamp":1}'), 0);
  edge.hear("spBv1.0/g/NCMD/n", bytes, 0);
  edge.hear("spBv1.0/STATE/h", bytes, 0);
  parseHostState(bytes);
}

const payloads = [...seeds, encodeSparkplug({ timestamp: 1, seq: 0, metrics: rich }, { types: true })];

export const SPARKPLUG_ROWS: readonly FuzzRow[] = [
  { name: "sparkplug-payload", seeds: payloads, run: readAll },
  { name: "sparkplug-host", seeds: payloads, run: hostHears },
  {
    name: "sparkplug-edge",
    seeds: [
      ...payloads,
      Buffer.from('{"online":false,"timestamp":1700000000000}'),
      encodeSparkplug({ metrics: [{ name: "Command", type: "String", value: "{}" }] }, { types: true }),
    ],
    run: edgeHears,
  },
];
