/** The table of line scanners: one row a protocol, in the order they are tried. */
import type { LineAddress } from "../drivers/line/address.ts";
import { cjt188Scanner } from "./cjt188.ts";
import { dlt645Scanner } from "./dlt645.ts";
import { modbusScanner, modbusTcpScanner } from "./modbus.ts";
import { osdpScanner } from "./osdp.ts";
import type { Scanner } from "./scanner.ts";

/** On the local network, not on a line. */
export const BOARDS = "uhppote";
const SCANNERS: readonly Scanner[] = [osdpScanner, dlt645Scanner, cjt188Scanner, modbusScanner];
export const PROTOCOLS: readonly string[] = [...SCANNERS.map(({ name }) => name), BOARDS];

const MODBUS_TCP_PORT = 502;

/** Where a line is a Modbus TCP port nothing else can be behind it. */
export function scannersFor(names: readonly string[], address: LineAddress): readonly Scanner[] {
  if (address.kind === "tcp" && address.port === MODBUS_TCP_PORT)
    return names.includes(modbusTcpScanner.name) ? [modbusTcpScanner] : [];
  return SCANNERS.filter(({ name }) => names.includes(name));
}
