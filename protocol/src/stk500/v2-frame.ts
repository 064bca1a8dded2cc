/** STK500 version 2 frames: `1B sequence length(2) 0E body xor`. Source: Atmel AVR068. Pure. */
import { FrameError } from "../errors.ts";
import type { Framing, Look } from "../splitter.ts";

const START = 0x1b;
const TOKEN = 0x0e;
const HEADER_BYTES = 5;
/** A page of 256 bytes and what stands before it, with room. */
const MAX_BODY = 300;

export interface V2Frame {
  readonly sequence: number;
  readonly body: Uint8Array;
}

export function encodeV2Frame({ sequence, body }: V2Frame): Uint8Array {
  const frame = Uint8Array.of(START, sequence, body.length >> 8, body.length & 0xff, TOKEN, ...body, 0);
  frame[frame.length - 1] = xor(frame.subarray(0, -1));
  return frame;
}

/** Of a whole frame, as `v2Framing` finds them. Throws FrameError. */
export function decodeV2Frame(frame: Uint8Array): V2Frame {
  if (!("frame" in look(frame))) throw new FrameError("checksum", `no STK500 frame: ${frame.length} bytes`);
  return { sequence: frame[1] as number, body: frame.slice(HEADER_BYTES, -1) };
}

export const v2Framing: Framing = { maxBytes: HEADER_BYTES + MAX_BODY + 1, look };

function look(bytes: Uint8Array): Look {
  const start = bytes.indexOf(START);
  if (start !== 0) return { skip: start < 0 ? bytes.length : start, reason: "garbage" };
  if (bytes.length < HEADER_BYTES) return { need: HEADER_BYTES };
  const length = (bytes[2] as number) * 0x100 + (bytes[3] as number);
  if (bytes[4] !== TOKEN) return { skip: 1, reason: "format" };
  if (length === 0 || length > MAX_BODY) return { skip: 1, reason: "length" };
  const whole = HEADER_BYTES + length + 1;
  if (bytes.length < whole) return { need: whole };
  return xor(bytes.subarray(0, whole)) === 0 ? { frame: whole } : { skip: 1, reason: "checksum" };
}

const xor = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum ^ byte, 0);
