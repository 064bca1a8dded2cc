/** Modbus PDUs of the functions in use, both directions. Modbus Application Protocol V1.1b3, section 6. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";

/** Coils, discrete inputs, holding registers, input registers. */
export type ReadFunction = 1 | 2 | 3 | 4;

export type ModbusRequest =
  | { readonly function: ReadFunction; readonly start: number; readonly quantity: number }
  | { readonly function: 5; readonly address: number; readonly on: boolean }
  | { readonly function: 6; readonly address: number; readonly value: number }
  | { readonly function: 15; readonly start: number; readonly bits: readonly boolean[] }
  | { readonly function: 16; readonly start: number; readonly registers: readonly number[] };

export type ModbusReply =
  | { readonly function: 1 | 2; readonly bits: readonly boolean[] }
  | { readonly function: 3 | 4; readonly registers: readonly number[] }
  | { readonly function: 5; readonly address: number; readonly on: boolean }
  | { readonly function: 6; readonly address: number; readonly value: number }
  | { readonly function: 15 | 16; readonly start: number; readonly quantity: number }
  /** The device understood and said no. */
  | { readonly function: number; readonly exception: number };

/** More does not fit into a frame. */
export const MAX_READ_REGISTERS = 125;
export const MAX_READ_BITS = 2_000;

const ON = 0xff00;

export function encodeModbusRequest(request: ModbusRequest): Uint8Array {
  const writer = new ByteWriter().u8(request.function);
  switch (request.function) {
    case 5:
      return writer
        .u16be(request.address)
        .u16be(request.on ? ON : 0)
        .done();
    case 6:
      return writer.u16be(request.address).u16be(request.value).done();
    case 15: {
      const packed = packBits(request.bits);
      return writer.u16be(request.start).u16be(request.bits.length).u8(packed.length).bytes(packed).done();
    }
    case 16:
      writer
        .u16be(request.start)
        .u16be(request.registers.length)
        .u8(2 * request.registers.length);
      for (const register of request.registers) writer.u16be(register);
      return writer.done();
    default:
      return writer.u16be(request.start).u16be(request.quantity).done();
  }
}

/** Throws FrameError `unknown` for a function not in use, `truncated` or `payload` for one that is not right. */
export function decodeModbusRequest(pdu: Uint8Array): ModbusRequest {
  const reader = new ByteReader(pdu);
  const code = reader.u8();
  const request = requestOf(code, reader);
  if (reader.left > 0) throw new FrameError("payload", `${reader.left} bytes behind a request of function ${code}`);
  return request;
}

function requestOf(code: number, reader: ByteReader): ModbusRequest {
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return { function: code, start: reader.u16be(), quantity: reader.u16be() };
    case 5:
      return { function: code, address: reader.u16be(), on: onOff(reader.u16be()) };
    case 6:
      return { function: code, address: reader.u16be(), value: reader.u16be() };
    case 15: {
      const [start, quantity, bytes] = [reader.u16be(), reader.u16be(), reader.u8()];
      if (bytes !== Math.ceil(quantity / 8)) throw wrongCount(code, bytes);
      return { function: code, start, bits: unpackBits(reader.take(bytes)).slice(0, quantity) };
    }
    case 16: {
      const [start, quantity, bytes] = [reader.u16be(), reader.u16be(), reader.u8()];
      if (bytes !== 2 * quantity) throw wrongCount(code, bytes);
      return { function: code, start, registers: registersOf(reader, quantity) };
    }
    default:
      throw new FrameError("unknown", `Modbus function ${code} is not in use here`);
  }
}

export function encodeModbusReply(reply: ModbusReply): Uint8Array {
  const writer = new ByteWriter();
  if ("exception" in reply) return writer.u8(reply.function | 0x80, reply.exception).done();
  writer.u8(reply.function);
  switch (reply.function) {
    case 1:
    case 2: {
      const packed = packBits(reply.bits);
      return writer.u8(packed.length).bytes(packed).done();
    }
    case 3:
    case 4:
      writer.u8(2 * reply.registers.length);
      for (const register of reply.registers) writer.u16be(register);
      return writer.done();
    case 5:
      return writer
        .u16be(reply.address)
        .u16be(reply.on ? ON : 0)
        .done();
    case 6:
      return writer.u16be(reply.address).u16be(reply.value).done();
    default:
      return writer.u16be(reply.start).u16be(reply.quantity).done();
  }
}

/** Bits come in whole bytes: how many were asked for stands in the request alone. Throws FrameError. */
export function decodeModbusReply(pdu: Uint8Array): ModbusReply {
  const reader = new ByteReader(pdu);
  const code = reader.u8();
  const reply: ModbusReply = code > 0x80 ? { function: code & 0x7f, exception: reader.u8() } : replyOf(code, reader);
  if (reader.left > 0) throw new FrameError("payload", `${reader.left} bytes behind a reply of function ${code}`);
  return reply;
}

function replyOf(code: number, reader: ByteReader): ModbusReply {
  switch (code) {
    case 1:
    case 2:
      return { function: code, bits: unpackBits(reader.take(reader.u8())) };
    case 3:
    case 4: {
      const bytes = reader.u8();
      if (bytes % 2 !== 0) throw wrongCount(code, bytes);
      return { function: code, registers: registersOf(reader, bytes / 2) };
    }
    case 5:
      return { function: code, address: reader.u16be(), on: onOff(reader.u16be()) };
    case 6:
      return { function: code, address: reader.u16be(), value: reader.u16be() };
    case 15:
    case 16:
      return { function: code, start: reader.u16be(), quantity: reader.u16be() };
    default:
      throw new FrameError("unknown", `Modbus function ${code} is not in use here`);
  }
}

const registersOf = (reader: ByteReader, count: number) => Array.from({ length: count }, () => reader.u16be());

function onOff(value: number): boolean {
  if (value !== ON && value !== 0) throw new FrameError("payload", `a coil is set with FF00 or 0000, not ${value}`);
  return value === ON;
}

const wrongCount = (code: number, bytes: number) =>
  new FrameError("payload", `function ${code} says ${bytes} bytes, which does not fit its quantity`);

function packBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) if (bit) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  return bytes;
}

const unpackBits = (bytes: Uint8Array): boolean[] =>
  Array.from(bytes).flatMap((byte) => Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) === 1));
