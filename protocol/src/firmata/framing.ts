/** Where Firmata messages begin and end. A command byte in the middle of a message ends it: what stood before is noise, the new one counts. */
import type { Framing, Look } from "../splitter.ts";

/** A Mega tells its pins in some 600 bytes. */
const BOARD_MAX_BYTES = 1024;
const HOST_MAX_BYTES = 64;

/** What a host hears. */
export const firmataBoardFraming: Framing = framing(3, BOARD_MAX_BYTES);
/** What a board hears: the version query is one byte, the version it answers with three. */
export const firmataHostFraming: Framing = framing(1, HOST_MAX_BYTES);

function framing(versionBytes: number, maxBytes: number): Framing {
  const sizeOf = (command: number): number | undefined => {
    if (command === 0xf9) return versionBytes;
    if (command === 0xff) return 1;
    if (command === 0xf4 || command === 0xf5) return 3;
    const family = command & 0xf0;
    if (family === 0x90 || family === 0xe0) return 3;
    return family === 0xc0 || family === 0xd0 ? 2 : undefined;
  };
  return {
    maxBytes,
    look: (bytes) => {
      const command = bytes[0] as number;
      if (command === 0xf0) return sysex(bytes, maxBytes);
      const size = sizeOf(command);
      if (size !== undefined) return fixed(bytes, size);
      const next = bytes.findIndex((byte) => byte === 0xf0 || sizeOf(byte) !== undefined);
      return { skip: next < 0 ? bytes.length : next, reason: "garbage" };
    },
  };
}

function fixed(bytes: Uint8Array, size: number): Look {
  const broken = bytes.subarray(1, size).findIndex((byte) => byte > 0x7f);
  if (broken >= 0) return { skip: broken + 1, reason: "format" };
  return bytes.length < size ? { need: size } : { frame: size };
}

function sysex(bytes: Uint8Array, maxBytes: number): Look {
  const end = bytes.subarray(1).findIndex((byte) => byte > 0x7f) + 1;
  if (end === 0) return bytes.length < maxBytes ? { need: bytes.length + 1 } : { skip: 1, reason: "length" };
  if (bytes[end] !== 0xf7) return { skip: end, reason: "format" };
  return end + 1 > maxBytes ? { skip: 1, reason: "length" } : { frame: end + 1 };
}
