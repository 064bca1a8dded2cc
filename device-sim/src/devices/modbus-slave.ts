/** The slave side of Modbus, RTU and TCP: answers out of a bank of registers and coils, with exceptions where the bank has nothing. */
import {
  decodeMbap,
  decodeModbusRequest,
  decodeRtu,
  encodeMbap,
  encodeModbusReply,
  encodeRtu,
  FrameError,
  type ModbusReply,
  type ModbusRequest,
  modbusRtuSlaveFraming,
  modbusTcpFraming,
  Splitter,
} from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice } from "./device.ts";

/** Seeded chance. */
export type Chance = Pick<Random, "float">;

export interface ModbusSlaveOptions {
  readonly id: string;
  readonly unit: number;
  /** Default rtu. */
  readonly mode?: "rtu" | "tcp";
  /** Between a request's end and the answer; default 12 ms and some jitter. */
  readonly replyMs?: number | undefined;
}

/** Undefined: there is no such thing in this device. */
export interface ModbusBank {
  coil?(address: number): boolean | undefined;
  input?(address: number): boolean | undefined;
  holding?(address: number): number | undefined;
  inputRegister?(address: number): number | undefined;
  /** False: there is no such coil. */
  setCoil?(address: number, on: boolean, nowMs: number): boolean;
  setHolding?(address: number, value: number): boolean;
}

export interface ModbusTrouble {
  /** Answers everything so. */
  exception: number | undefined;
  /** Answers under the next unit's number. */
  wrongUnit: boolean;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const DEFAULT_REPLY_MS = 12;
const JITTER_MS = 6;
const MAX_REGISTERS = 125;
const MAX_BITS = 2_000;

type Answer = ReturnType<SimDevice["hear"]>;

/** What a device of this bank answers to bytes from the line. `trouble` is looked at with every request. */
export function modbusSlave(
  options: ModbusSlaveOptions,
  bank: ModbusBank,
  trouble: Readonly<ModbusTrouble>,
  random: Chance,
): SimDevice["hear"] {
  const { unit, mode = "rtu", replyMs = DEFAULT_REPLY_MS } = options;
  const splitter = new Splitter(mode === "rtu" ? modbusRtuSlaveFraming : modbusTcpFraming);
  return (bytes, nowMs): Answer =>
    splitter.push(bytes).flatMap((piece) => {
      if (piece.kind !== "frame") return [];
      const mbap = mode === "tcp" ? decodeMbap(piece.bytes) : undefined;
      const frame = mbap ?? decodeRtu(piece.bytes);
      if (frame.unit !== unit) return [];
      const pdu = encodeModbusReply(answer(frame.pdu, bank, trouble, nowMs));
      const from = trouble.wrongUnit ? unit + 1 : unit;
      const reply = mbap === undefined ? encodeRtu({ unit: from, pdu }) : encodeMbap({ ...mbap, unit: from, pdu });
      return [{ afterMs: replyMs + random.float() * JITTER_MS, bytes: reply }];
    });
}

function answer(pdu: Uint8Array, bank: ModbusBank, trouble: Readonly<ModbusTrouble>, nowMs: number): ModbusReply {
  const code = pdu[0] as number;
  if (trouble.exception !== undefined) return { function: code, exception: trouble.exception };
  try {
    return carryOut(decodeModbusRequest(pdu), bank, nowMs);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { function: code, exception: error.code === "unknown" ? ILLEGAL_FUNCTION : ILLEGAL_VALUE };
  }
}

function carryOut(request: ModbusRequest, bank: ModbusBank, nowMs: number): ModbusReply {
  if ("quantity" in request) return read(request, bank);
  const refuse = (exception: number): ModbusReply => ({ function: request.function, exception });
  const isCoil = request.function === 5 || request.function === 15;
  if ((isCoil ? bank.setCoil : bank.setHolding) === undefined) return refuse(ILLEGAL_FUNCTION);
  const [done, reply] = write(request, bank, nowMs);
  return done ? reply : refuse(ILLEGAL_ADDRESS);
}

type ReadRequest = Extract<ModbusRequest, { readonly quantity: number }>;

function read({ function: code, start, quantity }: ReadRequest, bank: ModbusBank): ModbusReply {
  const refuse = (exception: number): ModbusReply => ({ function: code, exception });
  if (quantity < 1 || quantity > (code < 3 ? MAX_BITS : MAX_REGISTERS)) return refuse(ILLEGAL_VALUE);
  if (code === 1 || code === 2) {
    const bitAt = code === 1 ? bank.coil : bank.input;
    if (bitAt === undefined) return refuse(ILLEGAL_FUNCTION);
    const bits = range(start, quantity, (address) => bitAt(address));
    return bits === undefined ? refuse(ILLEGAL_ADDRESS) : { function: code, bits };
  }
  const registerAt = code === 3 ? bank.holding : bank.inputRegister;
  if (registerAt === undefined) return refuse(ILLEGAL_FUNCTION);
  const registers = range(start, quantity, (address) => registerAt(address));
  return registers === undefined ? refuse(ILLEGAL_ADDRESS) : { function: code, registers };
}

function write(request: Exclude<ModbusRequest, ReadRequest>, bank: ModbusBank, nowMs: number): [boolean, ModbusReply] {
  const setCoil = (address: number, on: boolean) => bank.setCoil?.(address, on, nowMs) === true;
  const setHolding = (address: number, value: number) => bank.setHolding?.(address, value) === true;
  if (request.function === 5) return [setCoil(request.address, request.on), request];
  if (request.function === 6) return [setHolding(request.address, request.value), request];
  const { start } = request;
  if (request.function === 15) {
    const done = request.bits.every((on, i) => setCoil(start + i, on));
    return [done, { function: 15, start, quantity: request.bits.length }];
  }
  const done = request.registers.every((value, i) => setHolding(start + i, value));
  return [done, { function: 16, start, quantity: request.registers.length }];
}

/** Undefined when one of them is not there. */
function range<T>(start: number, quantity: number, read: (address: number) => T | undefined): T[] | undefined {
  const found: T[] = [];
  for (let i = 0; i < quantity; i++) {
    const value = read(start + i);
    if (value === undefined) return undefined;
    found.push(value);
  }
  return found;
}
