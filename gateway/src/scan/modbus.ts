/** Finds Modbus units on a line, or behind a Modbus TCP port: any answer will do, a refusal too. */
import {
  decodeMbap,
  decodeRtu,
  encodeMbap,
  encodeModbusRequest,
  encodeRtu,
  FrameError,
  type ModbusFrame,
  modbusExceptionText,
  modbusRtuFraming,
  modbusTcpFraming,
} from "@gatehouse/protocol";
import type { Ear } from "./ear.ts";
import { EIGHT_N_ONE, type Found, OPEN_VALUE, type Scanner } from "./scanner.ts";

const WAIT_MS = 200;
const LAST_UNIT = 247;
const HOLDING = 3;
/** Reads one register: changes nothing, and every device has an answer to it. */
const pdu = encodeModbusRequest({ function: HOLDING, start: 0, quantity: 1 });

const RTU = {
  framing: modbusRtuFraming,
  encode: (unit: number) => encodeRtu({ unit, pdu }),
  decode: (bytes: Uint8Array): ModbusFrame => decodeRtu(bytes),
};
const TCP = {
  framing: modbusTcpFraming,
  encode: (unit: number) => encodeMbap({ transaction: unit, unit, pdu }),
  decode: (bytes: Uint8Array): ModbusFrame => decodeMbap(bytes),
};

const scannerOf = (wire: typeof RTU): Scanner => ({
  name: "modbus",
  format: EIGHT_N_ONE,
  defaultBauds: [9600, 19200],
  async *scan(ear, onProgress) {
    let count = 0;
    for (let unit = 1; unit <= LAST_UNIT; unit++) {
      onProgress((unit - 1) / LAST_UNIT, `${count} found, asking unit ${unit}`);
      const { about, damaged } = await ask(ear, wire, unit);
      if (about !== undefined) {
        count += 1;
        const keys = { kind: "counter", unit, map: OPEN_VALUE };
        yield { kind: "device", id: `unit-${unit}`, about, keys } satisfies Found;
      } else if (damaged)
        yield { kind: "remark", text: `at unit ${unit} answers are damaged: two devices with one number?` };
    }
  },
});

export const modbusScanner = scannerOf(RTU);
export const modbusTcpScanner = scannerOf(TCP);

async function ask(ear: Ear, { framing, encode, decode }: typeof RTU, unit: number) {
  const { frames, damaged } = await ear.call({ request: encode(unit), framing, waitMs: WAIT_MS, one: true });
  for (const bytes of frames) {
    const about = aboutOf(decode, bytes, unit);
    if (about !== undefined) return { about, damaged };
  }
  return { about: undefined, damaged };
}

function aboutOf(decode: (bytes: Uint8Array) => ModbusFrame, bytes: Uint8Array, unit: number): string | undefined {
  try {
    const frame = decode(bytes);
    const [code = 0, second = 0] = frame.pdu;
    if (frame.unit !== unit || (code & 0x7f) !== HOLDING) return undefined;
    if (code < 0x80) return "Modbus device with holding registers";
    return `Modbus device that answers register 0 with "${modbusExceptionText(second)}"`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return undefined;
  }
}
