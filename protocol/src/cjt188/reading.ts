/** What a CJ/T 188 meter answers, both ways: totals of water, gas and heat meters, its address, refusals. */
import { bcdDigits, isAbsent, toBcd } from "../bcd.ts";
import { ByteReader, toHex } from "../bytes.ts";
import { FrameError, InvariantError } from "../errors.ts";
import { type Cjt188Frame, isHeatType } from "./frame.ts";
import { CJT188_PROFILES, type Cjt188Profile, type Cjt188Quantity, readDecimal, readQuantity } from "./quantity.ts";
import { type Cjt188Identified, readIdentified } from "./request.ts";
import { sealCjt188 } from "./seal.ts";

export interface Cjt188Status {
  /** In hex, as sent. */
  readonly bytes: string;
  readonly valve: "open" | "closed" | "fault" | "unknown";
  readonly batteryLow: boolean;
}

interface Clocked {
  /** `2015-05-11 22:01:31` by the meter's own clock; null when it has none. */
  readonly meterTime: string | null;
  readonly status: Cjt188Status;
}

/** Water and gas. */
export interface Cjt188Volume extends Clocked {
  readonly kind: "volume";
  readonly current: Cjt188Quantity;
  /** At the last settlement day. */
  readonly settlement: Cjt188Quantity;
}

export interface Cjt188Heat extends Clocked {
  readonly kind: "heat";
  /** At the last settlement day, or the cooling energy. */
  readonly settlement: Cjt188Quantity;
  readonly current: Cjt188Quantity;
  readonly power: Cjt188Quantity;
  readonly flow: Cjt188Quantity;
  readonly volume: Cjt188Quantity;
  readonly supplyC: string | null;
  readonly returnC: string | null;
  readonly workingHours: number | null;
}

export type Cjt188Answer =
  | { readonly kind: "totals"; readonly asked: Cjt188Identified; readonly reading: Cjt188Volume | Cjt188Heat }
  | { readonly kind: "address"; readonly asked: Cjt188Identified; readonly address: string }
  /** `serial` where the meter gives it back. */
  | { readonly kind: "refusal"; readonly serial: number | null; readonly status: string }
  /** Good, but nothing a reader asks for. */
  | { readonly kind: "other"; readonly code: number };

const VOLUME_BYTES = 22;
const HEAT_BYTES = 46;

/** Throws FrameError `unknown` for a frame that is no answer, `truncated` or `payload` for one that does not hold what it should. */
export function decodeCjt188Answer(
  frame: Cjt188Frame,
  profile: Cjt188Profile = CJT188_PROFILES.standard,
): Cjt188Answer {
  const { control, data } = frame;
  if ((control & 0x80) === 0) throw new FrameError("unknown", "the frame is from a reader");
  if ((control & 0x40) !== 0) return refusal(data);
  if (control === 0x83) return { kind: "address", asked: readIdentified(data), address: frame.address };
  if (control !== 0x81) return { kind: "other", code: control & 0x3f };
  const asked = readIdentified(data);
  if (asked.di !== "901F") return { kind: "other", code: control & 0x3f };
  const reader = new ByteReader(data.subarray(3));
  if (isHeatType(frame.type) && data.length === HEAT_BYTES)
    return { kind: "totals", asked, reading: heat(reader, profile) };
  if (data.length === VOLUME_BYTES) return { kind: "totals", asked, reading: volume(reader, profile) };
  throw new FrameError("payload", `totals of ${data.length} bytes from a meter of type ${frame.type.toString(16)}H`);
}

/** Seen with a serial and two status bytes, and with one status byte alone. */
function refusal(data: Uint8Array): Cjt188Answer {
  if (data.length === 0) throw new FrameError("truncated", "a refusal without a status");
  const [serial = null] = data.length >= 3 ? data : [];
  const status = data.subarray(serial === null ? 0 : 1);
  return { kind: "refusal", serial, status: toHex(status).replaceAll(" ", "") };
}

function volume(reader: ByteReader, profile: Cjt188Profile): Cjt188Volume {
  const current = readQuantity(reader.take(5), profile.decimals);
  const settlement = readQuantity(reader.take(5), profile.decimals);
  return { kind: "volume", current, settlement, ...clocked(reader, profile) };
}

function heat(reader: ByteReader, profile: Cjt188Profile): Cjt188Heat {
  const settlement = readQuantity(reader.take(5), profile.decimals);
  const current = readQuantity(reader.take(5), profile.decimals);
  const power = readQuantity(reader.take(5), 2);
  const flow = readQuantity(reader.take(5), 4);
  const total = readQuantity(reader.take(5), 2);
  const supplyC = readDecimal(reader.take(3), 2);
  const returnC = readDecimal(reader.take(3), 2);
  const hours = readDecimal(reader.take(3), 0);
  return {
    kind: "heat",
    settlement,
    current,
    power,
    flow,
    volume: total,
    supplyC,
    returnC,
    workingHours: hours === null ? null : Number(hours),
    ...clocked(reader, profile),
  };
}

function clocked(reader: ByteReader, profile: Cjt188Profile): Clocked {
  const meterTime = timeText(reader.take(7));
  const status = reader.take(2);
  return { meterTime, status: statusOf(status, profile) };
}

/** ss mm hh DD MM YY YY; all zeros or FF: no clock. */
function timeText(bytes: Uint8Array): string | null {
  const digits = bcdDigits(bytes);
  if (digits === undefined || /^0*$/.test(digits) || isAbsent(bytes)) return null;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(..)(..)(..)(..)(..)$/.exec(digits) ?? [];
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

const VALVES = ["open", "closed", "unknown", "fault"] as const;

function statusOf(bytes: Uint8Array, { valveShift, batteryMask }: Cjt188Profile): Cjt188Status {
  const first = bytes[0] as number;
  return {
    bytes: toHex(bytes).replaceAll(" ", "").toLowerCase(),
    valve: VALVES[(first >>> valveShift) & 3] as Cjt188Status["valve"],
    batteryLow: (first & batteryMask) !== 0,
  };
}

/** The meter's side. A frame that could pass for a request is refused: InvariantError. */
export function encodeCjt188Answer(frame: Cjt188Frame, preamble = 0): Uint8Array {
  if ((frame.control & 0x80) === 0) throw new InvariantError(`control ${frame.control} is no answer`);
  return sealCjt188(frame, preamble);
}

/** The meter's clock as seven bytes; null is a meter without one. */
export function cjt188TimeBytes(meterTime: string | null): Uint8Array {
  return meterTime === null ? new Uint8Array(7) : toBcd(meterTime.replace(/\D/g, ""), 0, 7);
}
