/** What the OPC UA processes and the gateway read of each other, and values of a PLC. The library's own bytes are behind it. */
import { FrameError, opcuaTopic, stateTopic } from "@gatehouse/protocol";
import { Answer, Ask, OpcuaDevice, pointNews, readState, Told } from "gatehouse/testing";
import type { FuzzRow } from "./row.ts";

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new FrameError("payload", "not JSON", { cause });
  }
}

const SPACE = {
  space: "3-302",
  at: "2026-11-25T08:00:00+08:00",
  present: 3,
  presentLow: 2,
  presentHigh: 4,
  residing: 5,
  low: 4,
  high: 6,
  pOver: 0.97,
  limit: 4,
  abstains: null,
};
const HEALTH = { status: "degraded", codes: [{ code: "device-offline", subject: "lock-302", detail: "gone" }] };

const { points } = OpcuaDevice.parse({
  points: [
    { node: "ns=3;s=G.In", is: "total.in" },
    { node: "ns=3;s=G.P", is: "pulse.in" },
    { node: "ns=3;s=G.D", is: "door" },
  ],
});
const VALUES = {
  is: "values",
  n: 1,
  values: [
    { point: 0, value: 12, good: true, status: "Good", atMs: 1_764_000_000_000 },
    { point: 1, value: true, good: true, status: "Good" },
    { point: 2, good: false, status: "BadSensorFailure", overflow: true },
  ],
};

/** As the driver does with what its process tells. */
function values(bytes: Uint8Array): void {
  const told = Told.safeParse(json(bytes));
  if (!told.success || told.data.is !== "values") return;
  const known = told.data.values.flatMap((value) => {
    const point = points[value.point];
    return point === undefined ? [] : [{ point, told: value }];
  });
  pointNews(known, {
    kind: "turnstile",
    before: { counts: {}, contacts: {} },
    totals: ["in"],
    pulses: new Map(),
    elapsedS: 1,
    nowMs: 1_764_000_000_000,
  });
}

export const OPCUA_ROWS: readonly FuzzRow[] = [
  {
    name: "opcua-state",
    seeds: [SPACE, HEALTH].map(text),
    run: (bytes) => {
      for (const topic of [stateTopic.space("3-302"), stateTopic.health, stateTopic.alert("alr_1")])
        readState(topic, bytes);
    },
  },
  {
    name: "opcua-asks",
    seeds: [
      text({ n: 1, do: "confirm", alert: "alr_1x2y3z00001", by: "wang", note: "done" }),
      text({ n: 2, ok: false, reason: opcuaTopic.asks }),
    ],
    run: (bytes) => {
      const value = json(bytes);
      Ask.safeParse(value);
      Answer.safeParse(value);
    },
  },
  { name: "opcua-values", seeds: [text(VALUES)], run: values },
];
