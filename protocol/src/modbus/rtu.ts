/** Modbus RTU on the wire: where a frame ends, and its checksum. Modbus over Serial Line V1.02, sections 2.5.1 and 6.2. */
import { crc16Modbus } from "../crc.ts";
import { FrameError } from "../errors.ts";
import type { Framing, Look } from "../splitter.ts";

export const MODBUS_RTU_MAX_BYTES = 256;
const CRC_BYTES = 2;

/** Unit and PDU as they travel, checksum taken off. */
export interface ModbusFrame {
  readonly unit: number;
  readonly pdu: Uint8Array;
}

export function encodeRtu({ unit, pdu }: ModbusFrame): Uint8Array {
  const bytes = new Uint8Array(1 + pdu.length + CRC_BYTES);
  bytes[0] = unit;
  bytes.set(pdu, 1);
  const crc = crc16Modbus(bytes.subarray(0, -CRC_BYTES));
  bytes[bytes.length - 2] = crc & 0xff;
  bytes[bytes.length - 1] = crc >>> 8;
  return bytes;
}

/** Throws FrameError `truncated` or `checksum`. */
export function decodeRtu(bytes: Uint8Array): ModbusFrame {
  if (bytes.length < 4) throw new FrameError("truncated", `a Modbus frame has at least 4 bytes, not ${bytes.length}`);
  if (!isChecked(bytes)) throw new FrameError("checksum", `wrong CRC in a Modbus frame of ${bytes.length} bytes`);
  return { unit: bytes[0] as number, pdu: bytes.subarray(1, -CRC_BYTES) };
}

function isChecked(bytes: Uint8Array): boolean {
  const crc = crc16Modbus(bytes.subarray(0, -CRC_BYTES));
  return bytes.at(-2) === (crc & 0xff) && bytes.at(-1) === crc >>> 8;
}

/** A length counted from the unit on, checksum included; `known` says how many bytes must be there to tell. */
type Length = { readonly bytes: number } | { readonly known: number } | undefined;

const counted = (bytes: Uint8Array, at: number): Length =>
  bytes.length > at ? { bytes: at + 1 + (bytes[at] as number) + CRC_BYTES } : { known: at + 1 };

function replyLength(bytes: Uint8Array): Length {
  const code = bytes[1] as number;
  if (code > 0x80) return { bytes: 5 };
  if ((code >= 1 && code <= 4) || code === 17 || code === 23) return counted(bytes, 2);
  if (code === 5 || code === 6 || code === 15 || code === 16) return { bytes: 8 };
  return undefined;
}

function requestLength(bytes: Uint8Array): Length {
  const code = bytes[1] as number;
  if (code >= 1 && code <= 6) return { bytes: 8 };
  if (code === 15 || code === 16) return counted(bytes, 6);
  return code === 17 ? { bytes: 4 } : undefined;
}

/** RTU has no start byte: a frame is what ends in a right checksum at the length its head gives, or one of its lengths. */
function look(bytes: Uint8Array, lengths: readonly ((bytes: Uint8Array) => Length)[]): Look {
  if (bytes.length < 2) return { need: 2 };
  const possible = lengths.map((length) => length(bytes)).filter((length) => length !== undefined);
  if (possible.length === 0) return { skip: 1, reason: "format" };
  const missing: number[] = [];
  for (const length of possible) {
    const end = "bytes" in length ? length.bytes : length.known;
    if (end > MODBUS_RTU_MAX_BYTES) continue;
    if (end > bytes.length) missing.push(end);
    else if (isChecked(bytes.subarray(0, end))) return { frame: end };
  }
  return missing.length > 0 ? { need: Math.min(...missing) } : { skip: 1, reason: "checksum" };
}

/** What a master hears: replies, and requests too, which are an echo of its own or another master's. */
export const modbusRtuFraming: Framing = {
  maxBytes: MODBUS_RTU_MAX_BYTES,
  look: (bytes) => look(bytes, [replyLength, requestLength]),
};

/** What a slave hears: requests, and the replies of its neighbours. */
export const modbusRtuSlaveFraming: Framing = {
  maxBytes: MODBUS_RTU_MAX_BYTES,
  look: (bytes) => look(bytes, [requestLength, replyLength]),
};
