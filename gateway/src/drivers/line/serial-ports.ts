/** Serial ports of this box, under the names that stay the same when plugs are moved. */
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

export interface SerialPortName {
  /** As a site file names it. */
  readonly path: string;
  /** For people. */
  readonly label: string;
  /** The device behind it. */
  readonly real: string;
}

const BY_ID = "/dev/serial/by-id";
/** USB adapters and the ports of small boards; those of PCs that nothing is plugged into are not worth a look. */
const PORTS = /^tty(USB|ACM|AMA|RPMSG|mxc|THS|XR)\d+$/;

export async function serialPorts(): Promise<readonly SerialPortName[]> {
  const named = await Promise.all(
    (await namesIn(BY_ID)).map(async (name) => {
      const path = join(BY_ID, name);
      return { path, label: labelOf(name), real: await realpath(path).catch(() => path) };
    }),
  );
  const known = new Set(named.map(({ real }) => real));
  const others = (await namesIn("/dev"))
    .filter((name) => PORTS.test(name))
    .map((name) => ({ path: `/dev/${name}`, label: name, real: `/dev/${name}` }))
    .filter(({ real }) => !known.has(real));
  return [...named, ...others];
}

const namesIn = async (dir: string): Promise<string[]> => (await readdir(dir).catch(() => [])).sort();

/** `usb-FTDI_FT232R_USB_UART_A10K-if00-port0`: FTDI FT232R USB UART A10K. */
const labelOf = (name: string): string =>
  name
    .replace(/^usb-/, "")
    .replace(/-if\d+(-port\d+)?$/, "")
    .replaceAll("_", " ");
