/** Modbus as the bus doctor shows it. */
import {
  decodeMbap,
  decodeRtu,
  describeModbusRtu,
  describeModbusTcp,
  modbusRtuFraming,
  modbusTcpFraming,
} from "@gatehouse/protocol";
import type { LineProtocol } from "../../core/ports.ts";
import { type ModbusConfig, modeOf } from "./config.ts";
import { judgeRtu } from "./wire.ts";

export function modbusDialogue(config: ModbusConfig): LineProtocol {
  const { framing, describe, decode } =
    modeOf(config) === "rtu"
      ? { framing: modbusRtuFraming, describe: describeModbusRtu, decode: decodeRtu }
      : { framing: modbusTcpFraming, describe: describeModbusTcp, decode: decodeMbap };
  const rtu = framing === modbusRtuFraming ? { judge: judgeRtu } : {};
  return { framing, describe, address: (frame) => String(decode(frame).unit), ...rtu };
}
