/**
 * Framing of the HLK radars' serial output. There is no checksum: a frame is believed when header, length, inner marks and tail all fit, and
 * after a false start the search goes on one byte further, so that a frame inside it is found.
 */
import type { Framing, Look } from "../splitter.ts";

const CONFIG_HEAD = [0xfd, 0xfc, 0xfb, 0xfa] as const;
const CONFIG_TAIL = [0x04, 0x03, 0x02, 0x01] as const;
const REPORT_HEAD = [0xf4, 0xf3, 0xf2, 0xf1] as const;
const REPORT_TAIL = [0xf8, 0xf7, 0xf6, 0xf5] as const;
const TRACK_HEAD = [0xaa, 0xff, 0x03, 0x00] as const;
const TRACK_TAIL = [0x55, 0xcc] as const;
export const TRACK_BYTES = 30;
/** Header, length and tail around what the length counts. */
const AROUND = 10;
/** Longer than any report or answer these radars are known to send. */
const MAX_LENGTH = 64;

/** One kind of frame: what it begins with, and what stands there once the header is whole. */
interface Shape {
  readonly head: readonly number[];
  look(bytes: Uint8Array): Look;
}

/** `FD FC FB FA`, length, command, value, `04 03 02 01`: both directions. */
const config: Shape = { head: CONFIG_HEAD, look: (bytes) => counted(bytes, CONFIG_TAIL, 2, () => true) };

/** `F4 F3 F2 F1`, length, type, `AA`, data, `55 00`, `F8 F7 F6 F5`. */
const report: Shape = {
  head: REPORT_HEAD,
  look: (bytes) =>
    counted(bytes, REPORT_TAIL, 13, (body) => body[1] === 0xaa && endsWith(body, [0x55, body.at(-1) ?? 0])),
};

/** `AA FF 03 00`, three targets, `55 CC`. */
const track: Shape = {
  head: TRACK_HEAD,
  look: (bytes) => {
    if (bytes.length < TRACK_BYTES) return { need: TRACK_BYTES };
    return endsWith(bytes.subarray(0, TRACK_BYTES), TRACK_TAIL)
      ? { frame: TRACK_BYTES }
      : { skip: 1, reason: "format" };
  },
};

export const ld2410Framing: Framing = framingOf([report, config], MAX_LENGTH + AROUND);
export const ld2450Framing: Framing = framingOf([track, config], MAX_LENGTH + AROUND);
/** What a radar hears. */
export const radarCommandFraming: Framing = framingOf([config], MAX_LENGTH + AROUND);

export const isConfigFrame = (frame: Uint8Array): boolean => startsWith(frame, CONFIG_HEAD);

/** Header, length and tail put around a body. */
export function framed(kind: "config" | "report", body: Uint8Array): Uint8Array {
  const [head, tail] = kind === "config" ? [CONFIG_HEAD, CONFIG_TAIL] : [REPORT_HEAD, REPORT_TAIL];
  return Uint8Array.of(...head, body.length & 0xff, body.length >>> 8, ...body, ...tail);
}

export const trackFramed = (body: Uint8Array): Uint8Array => Uint8Array.of(...TRACK_HEAD, ...body, ...TRACK_TAIL);

/** What {@link framed} put something around. */
export const bodyOf = (frame: Uint8Array): Uint8Array => frame.subarray(6, frame.length - 4);

function framingOf(shapes: readonly Shape[], maxBytes: number): Framing {
  return {
    maxBytes,
    look: (bytes) => {
      for (const shape of shapes) {
        const known = Math.min(bytes.length, shape.head.length);
        if (!startsWith(bytes, shape.head.slice(0, known))) continue;
        return known < shape.head.length ? { need: shape.head.length } : shape.look(bytes);
      }
      const next = bytes.findIndex((byte, at) => at > 0 && shapes.some(({ head }) => head[0] === byte));
      return { skip: next < 0 ? bytes.length : next, reason: "garbage" };
    },
  };
}

function counted(
  bytes: Uint8Array,
  tail: readonly number[],
  shortest: number,
  isBody: (body: Uint8Array) => boolean,
): Look {
  if (bytes.length < 6) return { need: 6 };
  const length = (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8);
  if (length < shortest || length > MAX_LENGTH) return { skip: 1, reason: "length" };
  const whole = length + AROUND;
  if (bytes.length < whole) return { need: whole };
  const frame = bytes.subarray(0, whole);
  return endsWith(frame, tail) && isBody(bodyOf(frame)) ? { frame: whole } : { skip: 1, reason: "format" };
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function endsWith(bytes: Uint8Array, end: readonly number[]): boolean {
  return end.every((byte, at) => bytes[bytes.length - end.length + at] === byte);
}
