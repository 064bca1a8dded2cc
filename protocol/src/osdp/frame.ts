/** OSDP v2.2 frames (IEC 60839-11-5): bytes on the line <-> header, code, payload. Knows no meaning of codes and holds no keys. */
import { crc16Osdp, sum8 } from "../crc.ts";
import { FrameError } from "../errors.ts";
import type { Framing, Look } from "../splitter.ts";

const MARK = 0xff;
const SOM = 0x53;
const REPLY_BIT = 0x80;
const CRC_BIT = 0x04;
const SECURITY_BIT = 0x08;
const HEADER_BYTES = 5;
const MAC_BYTES = 4;

/** Every device of a line listens to it; its answer carries the address byte FF. */
export const OSDP_BROADCAST = 0x7f;
/** The longest frame the standard knows. */
export const OSDP_MAX_BYTES = 1440;

/** Types of security blocks: SCS_11 … SCS_18. */
export const SCS = { 11: 0x11, 12: 0x12, 13: 0x13, 14: 0x14, 15: 0x15, 16: 0x16, 17: 0x17, 18: 0x18 } as const;

export interface SecurityBlock {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface OsdpFrame {
  /** A leading FF, part of the bytes of the frame but of no length and no check. */
  readonly mark: boolean;
  /** 00 to 7E, or OSDP_BROADCAST; without the reply bit. */
  readonly address: number;
  /** From a PD. */
  readonly reply: boolean;
  /** 0 at a (re)start, then 1, 2, 3, 1 … */
  readonly sequence: number;
  readonly check: "crc" | "checksum";
  readonly security?: SecurityBlock | undefined;
  readonly code: number;
  /** What follows the code: encrypted under SCS_17 and SCS_18. */
  readonly payload: Uint8Array;
  /** The first four bytes of the message authentication code: with SCS_15 to SCS_18 always, else never. */
  readonly mac?: Uint8Array | undefined;
}

/** Whether frames under this block end with a MAC. */
export function hasMac(security: SecurityBlock | undefined): boolean {
  return security !== undefined && security.type >= SCS[15] && security.type <= SCS[18];
}

/** Frames of both directions, for a Splitter. A smaller `maxBytes` finds back sooner after a damaged length. */
export function osdpFraming(maxBytes: number = OSDP_MAX_BYTES): Framing {
  return { maxBytes: maxBytes + 1, look: (bytes) => look(bytes, maxBytes) };
}

function look(bytes: Uint8Array, maxBytes: number): Look {
  const start = startOf(bytes);
  if (start > 0) return { skip: start, reason: "garbage" };
  const mark = bytes[0] === MARK ? 1 : 0;
  if (bytes.length < mark + HEADER_BYTES) return { need: mark + HEADER_BYTES };
  const frame = bytes.subarray(mark);
  const length = lengthOf(frame);
  const control = frame[4] as number;
  const least = HEADER_BYTES + (control & SECURITY_BIT ? 2 : 0) + 1 + checkBytes(control);
  if (length > maxBytes || length < least) return { skip: mark + 1, reason: "length" };
  if (frame.length < length) return { need: mark + length };
  const whole = frame.subarray(0, length);
  if (!isCheckRight(whole)) return { skip: mark + 1, reason: "checksum" };
  return bodyAt(whole) === undefined ? { skip: mark + 1, reason: "format" } : { frame: mark + length };
}

/** How many bytes stand before the next possible frame: before an SOM with the mark in front of it, if there is one. */
function startOf(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === SOM) return at;
    if (bytes[at] === MARK && (at + 1 === bytes.length || bytes[at + 1] === SOM)) return at;
  }
  return bytes.length;
}

const lengthOf = (frame: Uint8Array): number => (frame[2] as number) | ((frame[3] as number) << 8);
const checkBytes = (control: number): number => (control & CRC_BIT ? 2 : 1);

function isCheckRight(frame: Uint8Array): boolean {
  const size = checkBytes(frame[4] as number);
  const end = frame.length - size;
  if (size === 1) return sum8(frame) === 0;
  return crc16Osdp(frame.subarray(0, end)) === ((frame[end] as number) | ((frame[end + 1] as number) << 8));
}

/** Where the code stands and where the payload ends; undefined when the security block does not fit. */
function bodyAt(frame: Uint8Array): { readonly code: number; readonly end: number } | undefined {
  const control = frame[4] as number;
  const end = frame.length - checkBytes(control);
  if ((control & SECURITY_BIT) === 0) return { code: HEADER_BYTES, end };
  const size = frame[HEADER_BYTES] as number;
  const type = frame[HEADER_BYTES + 1] as number;
  const macBytes = type >= SCS[15] && type <= SCS[18] ? MAC_BYTES : 0;
  const code = HEADER_BYTES + size;
  return size < 2 || code + 1 > end - macBytes ? undefined : { code, end: end - macBytes };
}

/** One whole frame, with or without its mark. Throws FrameError: `truncated` for a wrong length, `checksum`, `payload` for a block that does not fit. */
export function decodeOsdpFrame(bytes: Uint8Array): OsdpFrame {
  const mark = bytes[0] === MARK;
  const frame = mark ? bytes.subarray(1) : bytes;
  if (frame[0] !== SOM) throw new FrameError("payload", `an OSDP frame begins with 53, not with ${frame[0]}`);
  const control = frame[4] ?? 0;
  const least = HEADER_BYTES + 1 + checkBytes(control);
  if (frame.length < least || lengthOf(frame) !== frame.length)
    throw new FrameError("truncated", `${frame.length} bytes, the length field says ${lengthOf(frame)}`);
  if (!isCheckRight(frame)) throw new FrameError("checksum", `wrong ${control & CRC_BIT ? "CRC" : "checksum"}`);
  const body = bodyAt(frame);
  if (body === undefined) throw new FrameError("payload", "the security block does not fit into the frame");
  const security =
    control & SECURITY_BIT
      ? { type: frame[HEADER_BYTES + 1] as number, data: frame.subarray(HEADER_BYTES + 2, body.code) }
      : undefined;
  const address = frame[1] as number;
  return {
    mark,
    address: address & ~REPLY_BIT,
    reply: (address & REPLY_BIT) !== 0,
    sequence: control & 3,
    check: control & CRC_BIT ? "crc" : "checksum",
    security,
    code: frame[body.code] as number,
    payload: frame.subarray(body.code + 1, body.end),
    mac: hasMac(security) ? frame.subarray(body.end, body.end + MAC_BYTES) : undefined,
  };
}

/** The bytes of a frame, check and all. Throws FrameError `payload` when it would be too long or its MAC is not where it belongs. */
export function encodeOsdpFrame(frame: OsdpFrame): Uint8Array {
  if (hasMac(frame.security) !== (frame.mac?.length === MAC_BYTES))
    throw new FrameError("payload", "a frame under SCS_15 to SCS_18 has four bytes of MAC, no other has");
  const unchecked = frame.mac === undefined ? withoutTail(frame) : joined(withoutTail(frame), frame.mac);
  const mark = frame.mark ? 1 : 0;
  const bytes = new Uint8Array(mark + lengthOf(unchecked));
  if (frame.mark) bytes[0] = MARK;
  bytes.set(unchecked, mark);
  const end = mark + unchecked.length;
  if (frame.check === "crc") {
    const crc = crc16Osdp(unchecked);
    bytes[end] = crc & 0xff;
    bytes[end + 1] = crc >>> 8;
  } else bytes[end] = -sum8(unchecked) & 0xff;
  return bytes;
}

/** What the MAC and the check cover: from 53 to the end of the payload, with the final length in place. */
export function withoutTail(frame: Omit<OsdpFrame, "mac">): Uint8Array {
  const { security, payload } = frame;
  const blockBytes = security === undefined ? 0 : 2 + security.data.length;
  const size = HEADER_BYTES + blockBytes + 1 + payload.length;
  const length = size + (hasMac(security) ? MAC_BYTES : 0) + (frame.check === "crc" ? 2 : 1);
  if (length > OSDP_MAX_BYTES)
    throw new FrameError("payload", `${length} bytes; a frame has at most ${OSDP_MAX_BYTES}`);
  const bytes = new Uint8Array(size);
  bytes[0] = SOM;
  bytes[1] = frame.address | (frame.reply ? REPLY_BIT : 0);
  bytes[2] = length & 0xff;
  bytes[3] = length >>> 8;
  bytes[4] = (frame.sequence & 3) | (frame.check === "crc" ? CRC_BIT : 0) | (security === undefined ? 0 : SECURITY_BIT);
  if (security !== undefined) {
    bytes[HEADER_BYTES] = blockBytes;
    bytes[HEADER_BYTES + 1] = security.type;
    bytes.set(security.data, HEADER_BYTES + 2);
  }
  bytes[HEADER_BYTES + blockBytes] = frame.code;
  bytes.set(payload, HEADER_BYTES + blockBytes + 1);
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
