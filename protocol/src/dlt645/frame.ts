/** Frames of DL/T 645 (2007 and 1997 alike), section 7: `FE… 68 A0..A5 68 C L DATA+33H CS 16`. */
import { reversedHex } from "../bcd.ts";
import { sum8 } from "../crc.ts";
import { FrameError } from "../errors.ts";
import { MAX_PREAMBLE, preambleLength } from "../meter-preamble.ts";
import type { Framing, Look } from "../splitter.ts";

const START = 0x68;
const END = 0x16;
const OFFSET = 0x33;
/** 68, six of address, 68, C, L; behind the data CS and 16. */
const HEAD_BYTES = 10;
const TAIL_BYTES = 2;
/** A meter may answer with so many; it takes at most 50. */
export const DLT645_MAX_DATA = 200;

export interface Dlt645Frame {
  /** 12 digits, high first; `AA` pairs are wildcards, all nines a broadcast. */
  readonly address: string;
  readonly control: number;
  /** Without the 33H that every byte travels with. */
  readonly data: Uint8Array;
}

/** The bits of the control byte. */
export interface Dlt645Control {
  readonly fromMeter: boolean;
  readonly abnormal: boolean;
  readonly moreFrames: boolean;
  /** Function code, b4..b0. */
  readonly code: number;
}

export const dlt645Control = (control: number): Dlt645Control => ({
  fromMeter: (control & 0x80) !== 0,
  abnormal: (control & 0x40) !== 0,
  moreFrames: (control & 0x20) !== 0,
  code: control & 0x1f,
});

/** Waking bytes belong to the frame behind them, so that they are no noise. */
export const dlt645Framing: Framing = {
  maxBytes: MAX_PREAMBLE + HEAD_BYTES + DLT645_MAX_DATA + TAIL_BYTES,
  look(bytes): Look {
    const lead = preambleLength(bytes);
    if (lead > MAX_PREAMBLE) return { skip: lead - MAX_PREAMBLE, reason: "garbage" };
    if (lead === bytes.length) return { need: lead + HEAD_BYTES + TAIL_BYTES };
    if (bytes[lead] !== START) return { skip: Math.max(1, garbageLength(bytes, lead)), reason: "garbage" };
    return lookAtFrame(bytes, lead);
  },
};

/** Up to the next byte a frame can begin with. */
function garbageLength(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== START && bytes[at] !== 0xfe && bytes[at] !== 0xff) at += 1;
  return at;
}

function lookAtFrame(bytes: Uint8Array, lead: number): Look {
  const skip = lead + 1;
  if (bytes.length > lead + 7 && bytes[lead + 7] !== START) return { skip, reason: "format" };
  const length = bytes[lead + 9];
  if (length === undefined) return { need: lead + HEAD_BYTES + TAIL_BYTES };
  if (length > DLT645_MAX_DATA) return { skip, reason: "length" };
  const whole = lead + HEAD_BYTES + length + TAIL_BYTES;
  if (bytes.length < whole) return { need: whole };
  if (bytes[whole - 1] !== END) return { skip, reason: "format" };
  const good = sum8(bytes.subarray(lead, whole - 2)) === bytes[whole - 2];
  return good ? { frame: whole } : { skip, reason: "checksum" };
}

/** One whole frame, with or without waking bytes. Throws FrameError `truncated`, `checksum` or `unknown`. */
export function decodeDlt645Frame(bytes: Uint8Array): Dlt645Frame {
  const body = bytes.subarray(preambleLength(bytes));
  if (body.length < HEAD_BYTES + TAIL_BYTES)
    throw new FrameError("truncated", `${body.length} bytes are no DL/T 645 frame`);
  if (body[0] !== START || body[7] !== START)
    throw new FrameError("unknown", "a DL/T 645 frame has 68 before and behind its address");
  const length = body[9] as number;
  const whole = HEAD_BYTES + length + TAIL_BYTES;
  if (body.length < whole) throw new FrameError("truncated", `${whole} bytes announced, ${body.length} are there`);
  if (body.length > whole || body[whole - 1] !== END) throw new FrameError("unknown", "a DL/T 645 frame ends with 16");
  const sum = sum8(body.subarray(0, whole - 2));
  if (sum !== body[whole - 2]) throw new FrameError("checksum", `checksum ${body[whole - 2]}, the bytes give ${sum}`);
  return {
    address: reversedHex(body.subarray(1, 7)),
    control: body[8] as number,
    data: Uint8Array.from(body.subarray(HEAD_BYTES, HEAD_BYTES + length), (byte) => byte - OFFSET),
  };
}
