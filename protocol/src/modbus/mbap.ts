/** Modbus TCP on the wire: the MBAP header in front of unit and PDU. Modbus Messaging on TCP/IP V1.0b, section 3.1.3. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import type { Framing, Look } from "../splitter.ts";
import type { ModbusFrame } from "./rtu.ts";

const HEADER_BYTES = 6;
/** Unit and PDU of at most 253 bytes. */
const MAX_LENGTH = 254;

export interface MbapFrame extends ModbusFrame {
  /** Comes back as it was sent: tells a late answer from this one. */
  readonly transaction: number;
}

export function encodeMbap({ transaction, unit, pdu }: MbapFrame): Uint8Array {
  return new ByteWriter()
    .u16be(transaction)
    .u16be(0)
    .u16be(pdu.length + 1)
    .u8(unit)
    .bytes(pdu)
    .done();
}

/** Throws FrameError when it is not one whole frame. */
export function decodeMbap(bytes: Uint8Array): MbapFrame {
  const reader = new ByteReader(bytes);
  const transaction = reader.u16be();
  if (reader.u16be() !== 0) throw new FrameError("unknown", "the protocol id of a Modbus TCP frame is not 0");
  const length = reader.u16be();
  if (length !== reader.left || length < 2) {
    throw new FrameError("payload", `a Modbus TCP frame says ${length} bytes and has ${reader.left}`);
  }
  return { transaction, unit: reader.u8(), pdu: reader.rest() };
}

export const modbusTcpFraming: Framing = { maxBytes: HEADER_BYTES + MAX_LENGTH, look };

function look(bytes: Uint8Array): Look {
  if ((bytes.length > 2 && bytes[2] !== 0) || (bytes.length > 3 && bytes[3] !== 0))
    return { skip: 1, reason: "format" };
  if (bytes.length < HEADER_BYTES) return { need: HEADER_BYTES };
  const length = ((bytes[4] as number) << 8) | (bytes[5] as number);
  if (length < 2 || length > MAX_LENGTH) return { skip: 1, reason: "length" };
  const whole = HEADER_BYTES + length;
  return bytes.length < whole ? { need: whole } : { frame: whole };
}
