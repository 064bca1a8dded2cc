/** Frames of CJ/T 188 (2004 and 2018 alike): `FE… 68 T A0..A6 C L DATA CS 16`. No byte is shifted, unlike DL/T 645. */
import { reversedHex } from "../bcd.ts";
import { sum8 } from "../crc.ts";
import { FrameError } from "../errors.ts";
import { MAX_PREAMBLE, preambleLength } from "../meter-preamble.ts";
import type { Framing, Look } from "../splitter.ts";

const START = 0x68;
const END = 0x16;
/** 68, T, seven of address, C, L; behind the data CS and 16. */
const HEAD_BYTES = 11;
const TAIL_BYTES = 2;
/** The longest answer known, a heat meter's, has 46. */
export const CJT188_MAX_DATA = 128;

export interface Cjt188Frame {
  /** What is measured: see {@link cjt188TypeName}. AA in requests is any. */
  readonly type: number;
  /** 14 digits, high first; the first four name the maker. All `AA`: any meter. */
  readonly address: string;
  readonly control: number;
  readonly data: Uint8Array;
}

const TYPES: Readonly<Record<number, string>> = {
  16: "cold water",
  17: "domestic hot water",
  18: "drinking water",
  19: "grey water",
  32: "heat (heating)",
  33: "heat (cooling)",
  48: "gas",
  64: "electricity",
};

/** What a meter of the type measures. Makers use neighbouring codes too. */
export function cjt188TypeName(type: number): string {
  const named = TYPES[type];
  if (named !== undefined) return named;
  const group = { 1: "water", 2: "heat", 3: "gas", 4: "electricity" }[type >>> 4];
  return `${group ?? "meter"}, code ${type.toString(16).toUpperCase().padStart(2, "0")}H`;
}

export const isHeatType = (type: number): boolean => type >>> 4 === 2;

/** A code of a meter type, or AA for any: the only mark of a header beside its first byte. */
const isType = (byte: number): boolean => (byte >= 0x10 && byte <= 0x59) || byte === 0xaa;

/** Waking bytes belong to the frame behind them, so that they are no noise. */
export const cjt188Framing: Framing = {
  maxBytes: MAX_PREAMBLE + HEAD_BYTES + CJT188_MAX_DATA + TAIL_BYTES,
  look(bytes): Look {
    const lead = preambleLength(bytes);
    if (lead > MAX_PREAMBLE) return { skip: lead - MAX_PREAMBLE, reason: "garbage" };
    if (lead === bytes.length) return { need: lead + HEAD_BYTES + TAIL_BYTES };
    if (bytes[lead] === START) return lookAtFrame(bytes, lead);
    let at = lead;
    while (at < bytes.length && bytes[at] !== START && bytes[at] !== 0xfe && bytes[at] !== 0xff) at += 1;
    return { skip: at, reason: "garbage" };
  },
};

function lookAtFrame(bytes: Uint8Array, lead: number): Look {
  const skip = lead + 1;
  const type = bytes[lead + 1];
  if (type !== undefined && !isType(type)) return { skip, reason: "format" };
  const length = bytes[lead + 10];
  if (length === undefined) return { need: lead + HEAD_BYTES + TAIL_BYTES };
  if (length > CJT188_MAX_DATA) return { skip, reason: "length" };
  const whole = lead + HEAD_BYTES + length + TAIL_BYTES;
  if (bytes.length < whole) return { need: whole };
  if (bytes[whole - 1] !== END) return { skip, reason: "format" };
  const good = sum8(bytes.subarray(lead, whole - 2)) === bytes[whole - 2];
  return good ? { frame: whole } : { skip, reason: "checksum" };
}

/** One whole frame, with or without waking bytes. Throws FrameError `truncated`, `checksum` or `unknown`. */
export function decodeCjt188Frame(bytes: Uint8Array): Cjt188Frame {
  const body = bytes.subarray(preambleLength(bytes));
  if (body.length < HEAD_BYTES + TAIL_BYTES)
    throw new FrameError("truncated", `${body.length} bytes are no CJ/T 188 frame`);
  if (body[0] !== START) throw new FrameError("unknown", "a CJ/T 188 frame begins with 68");
  const length = body[10] as number;
  const whole = HEAD_BYTES + length + TAIL_BYTES;
  if (body.length < whole) throw new FrameError("truncated", `${whole} bytes announced, ${body.length} are there`);
  if (body.length > whole || body[whole - 1] !== END) throw new FrameError("unknown", "a CJ/T 188 frame ends with 16");
  const sum = sum8(body.subarray(0, whole - 2));
  if (sum !== body[whole - 2]) throw new FrameError("checksum", `checksum ${body[whole - 2]}, the bytes give ${sum}`);
  return {
    type: body[1] as number,
    address: reversedHex(body.subarray(2, 9)),
    control: body[9] as number,
    data: Uint8Array.from(body.subarray(HEAD_BYTES, HEAD_BYTES + length)),
  };
}
