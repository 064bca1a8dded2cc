/**
 * HLK-LD2450: up to three people by position. Reports and zones, both roles. Serial protocol V1.03 of the maker. Its numbers are a size and
 * a sign, and the sign is the wrong way round: the top bit set means positive.
 */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { TRACK_BYTES, trackFramed } from "./framing.ts";

/** It never tells more people than this: what it counts is a lower bound. */
export const LD2450_TARGETS = 3;
const TARGET_BYTES = 8;

export interface Ld2450Target {
  /** 1 to 3. Slots are independent: an empty one does not end the list. */
  readonly slot: number;
  /** To the radar's right (its own view) is positive. */
  readonly xMm: number;
  /** Away from the radar. */
  readonly yMm: number;
  readonly speedCmS: number;
  readonly resolutionMm: number;
}

/** Throws FrameError `unknown` for another frame. */
export function decodeLd2450(frame: Uint8Array): readonly Ld2450Target[] {
  if (frame.length !== TRACK_BYTES || frame[0] !== 0xaa) throw new FrameError("unknown", "not a report");
  const targets: Ld2450Target[] = [];
  for (let slot = 1; slot <= LD2450_TARGETS; slot++) {
    const from = 4 + (slot - 1) * TARGET_BYTES;
    const bytes = frame.subarray(from, from + TARGET_BYTES);
    if (bytes.every((byte) => byte === 0)) continue;
    const reader = new ByteReader(bytes);
    const [xMm, yMm, speedCmS] = [signed(reader.u16le()), signed(reader.u16le()), signed(reader.u16le())];
    targets.push({ slot, xMm, yMm, speedCmS, resolutionMm: reader.u16le() });
  }
  return targets;
}

/** Throws RangeError for a slot or a number that has no place. */
export function encodeLd2450(targets: readonly Ld2450Target[]): Uint8Array {
  const body = new Uint8Array(LD2450_TARGETS * TARGET_BYTES);
  for (const { slot, xMm, yMm, speedCmS, resolutionMm } of targets) {
    const numbers = [xMm, yMm, speedCmS].map(unsigned);
    const bytes = [...numbers, resolutionMm].reduce((writer, number) => writer.u16le(number), new ByteWriter()).done();
    body.set(bytes, (slot - 1) * TARGET_BYTES);
  }
  return trackFramed(body);
}

// Written as 0, not -0: a size of zero has no sign.
const signed = (raw: number): number => (raw & 0x8000 ? raw & 0x7fff : 0 - raw);

function unsigned(value: number): number {
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fff) throw new RangeError(`${value} does not fit into 15 bits`);
  return value < 0 ? -value : value | 0x8000;
}

/** Corners of a rectangle in the radar's own plane. */
export interface RadarZone {
  readonly fromXMm: number;
  readonly fromYMm: number;
  readonly toXMm: number;
  readonly toYMm: number;
}

/** What the radar itself does with its up to three zones: nothing, look only there, or not look there. Plain signed numbers here. */
export interface Ld2450Zones {
  readonly use: "off" | "only" | "never";
  readonly zones: readonly RadarZone[];
}
const USES = ["off", "only", "never"] as const;

/** Value of `set-zones` and of a `read-zones` acknowledgement. Throws FrameError `payload` or `truncated`. */
export function decodeLd2450Zones(value: Uint8Array): Ld2450Zones {
  const reader = new ByteReader(value);
  const code = reader.u16le();
  const use = USES[code];
  if (use === undefined) throw new FrameError("payload", `zones used in way ${code}`);
  const all = Array.from({ length: LD2450_TARGETS }, () => ({
    fromXMm: reader.i16le(),
    fromYMm: reader.i16le(),
    toXMm: reader.i16le(),
    toYMm: reader.i16le(),
  }));
  return { use, zones: all.filter((zone) => Object.values(zone).some((corner) => corner !== 0)) };
}

export function encodeLd2450Zones({ use, zones }: Ld2450Zones): Uint8Array {
  const body = new ByteWriter().u16le(USES.indexOf(use));
  for (let at = 0; at < LD2450_TARGETS; at++) {
    const { fromXMm = 0, fromYMm = 0, toXMm = 0, toYMm = 0 } = zones[at] ?? {};
    body.u16le(fromXMm).u16le(fromYMm).u16le(toXMm).u16le(toYMm);
  }
  return body.done();
}

export function isInZone({ xMm, yMm }: Pick<Ld2450Target, "xMm" | "yMm">, zone: RadarZone): boolean {
  const inside = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);
  return inside(xMm, zone.fromXMm, zone.toXMm) && inside(yMm, zone.fromYMm, zone.toYMm);
}
