/** Readings of native MQTT devices, as JSON and as protobuf. */
import { decodeReadingBatch, encodeReadingBatch, FrameError, parseReading, type RawReading } from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

const READINGS: readonly RawReading[] = [
  {
    device: "lock-302",
    kind: "access.granted",
    epoch: 1,
    seq: 7,
    at: "2026-11-25T08:00:00+08:00",
    credential: "04A1B2C3",
  },
  { device: "gate", kind: "count.totals", value: { in: 12_345, out: 12_300 } },
  { device: "meter-302", kind: "meter.energyWh", value: 1_206_420 },
  { device: "radar", kind: "presence.count", value: 3 },
];
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function json(bytes: Uint8Array): void {
  let item: unknown;
  try {
    item = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new FrameError("payload", "not JSON", { cause });
  }
  for (const one of Array.isArray(item) ? item : [item]) parseReading(one);
}

export const READINGS_ROWS: readonly FuzzRow[] = [
  { name: "readings-json", seeds: [...READINGS, READINGS].map(text), run: json },
  {
    name: "readings-protobuf",
    seeds: [...READINGS.map((reading) => encodeReadingBatch([reading])), encodeReadingBatch(READINGS)],
    run: (bytes) => {
      for (const item of decodeReadingBatch(bytes)) parseReading(item);
    },
  },
];
