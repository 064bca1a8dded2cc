/** What to look at when nothing answered. */
import type { LineAddress } from "../drivers/line/address.ts";

const LINE: readonly string[] = [
  "A and B: swap the two wires, makers do not agree on the letters",
  "power: devices on, and the adapter's or device server's own supply",
  "the wires: one chain, no star; 120 ohm at both ends of a line longer than 100 m, and nowhere else",
  "the rate: --bauds 1200,2400,4800,9600,19200,38400,57600,115200 tries more, --thorough goes on where something was found",
  "parity: Modbus devices may be set to even: --parity even",
];

const SERVER: readonly string[] = [
  "the device server: its serial port must be set to the devices' rate and parity; the gateway cannot change them through raw TCP",
];

const SERIAL: readonly string[] = ["the port: is it the right adapter? ls -l /dev/serial/by-id shows them"];

const BOARDS: readonly string[] = [
  "boards answer a broadcast only within the same network: the same switch, the same VLAN",
  "a firewall on this machine may keep UDP answers out",
];

export function adviceFor(address: LineAddress | undefined, boards: boolean): string {
  const own = address === undefined ? [] : [...(address.kind === "serial" ? SERIAL : SERVER), ...LINE];
  const points = [...own, ...(boards ? BOARDS : [])];
  return ["Nothing answered. Check:", ...points.map((point) => `  - ${point}`)].join("\n");
}
