/** Modbus frames as lines of a dialogue for people. */
import { FrameError } from "../errors.ts";
import { modbusExceptionText } from "./exception.ts";
import { decodeMbap } from "./mbap.ts";
import { decodeModbusReply, decodeModbusRequest, type ModbusReply, type ModbusRequest } from "./pdu.ts";
import { decodeRtu, type ModbusFrame } from "./rtu.ts";

const NAMES: Readonly<Record<number, string>> = {
  1: "coils",
  2: "inputs",
  3: "holding registers",
  4: "input registers",
};

/** One line of decoded meaning; `tx` is the master's direction. Never throws. */
export function describeModbusRtu(bytes: Uint8Array, direction: "tx" | "rx"): string {
  return describe(direction, () => decodeRtu(bytes));
}

export function describeModbusTcp(bytes: Uint8Array, direction: "tx" | "rx"): string {
  return describe(direction, () => decodeMbap(bytes));
}

function describe(direction: "tx" | "rx", decode: () => ModbusFrame): string {
  try {
    const { unit, pdu } = decode();
    const meaning = direction === "tx" ? ofRequest(decodeModbusRequest(pdu)) : ofReply(decodeModbusReply(pdu));
    return `unit ${unit}: ${meaning}`;
  } catch (error) {
    if (error instanceof FrameError) return `not Modbus (${error.code}): ${error.message}`;
    throw error;
  }
}

function ofRequest(request: ModbusRequest): string {
  switch (request.function) {
    case 5:
      return `coil ${request.address} ${request.on ? "on" : "off"}`;
    case 6:
      return `register ${request.address} = ${request.value}`;
    case 15:
      return `coils from ${request.start} = ${bitsOf(request.bits)}`;
    case 16:
      return `registers from ${request.start} = ${request.registers.join(" ")}`;
    default:
      return `read ${request.quantity} ${NAMES[request.function]} from ${request.start}`;
  }
}

function ofReply(reply: ModbusReply): string {
  if ("exception" in reply) return `function ${reply.function} refused, ${modbusExceptionText(reply.exception)}`;
  if ("bits" in reply) return `${NAMES[reply.function]} ${bitsOf(reply.bits)}`;
  if ("registers" in reply) return `${NAMES[reply.function]} ${reply.registers.join(" ")}`;
  if ("on" in reply) return `coil ${reply.address} is ${reply.on ? "on" : "off"}`;
  if ("value" in reply) return `register ${reply.address} is ${reply.value}`;
  return `${reply.quantity} written from ${reply.start}`;
}

const bitsOf = (bits: readonly boolean[]) => bits.map((bit) => (bit ? "1" : "0")).join("");
