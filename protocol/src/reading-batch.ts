/** Readings as protobuf: `ReadingBatch` of proto/gatehouse.proto to wire items and back. */
import { FrameError } from "./errors.ts";
import { gatehouse } from "./generated/gatehouse.js";
import type { RawReading } from "./reading.ts";

const { ReadingBatch } = gatehouse.v1;

type Wire = gatehouse.v1.Reading;
type Has = { readonly hasOwnProperty: (name: string) => boolean };

/** Items come out in the JSON form and still want {@link parseReading}. Throws FrameError `payload` for bytes that are no ReadingBatch. */
export function decodeReadingBatch(bytes: Uint8Array): Record<string, unknown>[] {
  let readings: readonly unknown[];
  try {
    readings = ReadingBatch.decode(bytes).readings;
  } catch (cause) {
    throw new FrameError("payload", `not a ReadingBatch: ${bytes.length} bytes`, { cause });
  }
  return readings.map((wire) => fromWire(wire as Wire));
}

function fromWire(wire: Wire): Record<string, unknown> {
  const has = (name: keyof Wire) => Object.hasOwn(wire as unknown as Has, name) && wire[name] !== null;
  const item: Record<string, unknown> = { kind: wire.kind };
  for (const name of ["device", "epoch", "portal", "space", "credential"] as const) {
    if (has(name)) item[name] = wire[name];
  }
  if (has("seq")) item["seq"] = Number(wire.seq);
  if (has("at")) item["at"] = timeText(Number(wire.at));
  if (has("totals")) item["value"] = { in: Number(wire.totals?.in), out: Number(wire.totals?.out) };
  else if (has("reason")) item["value"] = wire.reason;
  else if (has("value")) item["value"] = wire.value;
  return item;
}

/** Out-of-range times stay visible as text that the reading's own check refuses. */
function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}

export function encodeReadingBatch(readings: readonly RawReading[]): Uint8Array {
  const wires = readings.map((reading) => {
    const { value, at, ...rest } = reading;
    const wire: Record<string, unknown> = { ...rest };
    if (at !== undefined) wire["at"] = Date.parse(at);
    if (typeof value === "number") wire["value"] = value;
    else if (typeof value === "string") wire["reason"] = value;
    else if (value !== undefined) wire["totals"] = value;
    return ReadingBatch.fromObject({ readings: [wire] }).readings[0] as gatehouse.v1.Reading;
  });
  return ReadingBatch.encode({ readings: wires }).finish();
}
