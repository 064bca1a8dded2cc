/** Where a board is: the `link` of the site file, and which port a USB id stands for right now. */
import { ConfigError, LinkError } from "@gatehouse/protocol";

export type Place =
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "usb"; readonly vendor: string; readonly product: string; readonly serial?: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** A port as the operating system lists it. */
export interface ListedPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly serialNumber?: string | undefined;
}

/** Throws ConfigError for a link that is none. */
export function parsePlace(link: string): Place {
  const [kind, ...rest] = link.split(":");
  if (kind === "serial" && rest.join(":").startsWith("/")) return { kind, path: rest.join(":") };
  const [vendor = "", product = "", serial] = rest;
  if (kind === "usb" && isUsbId(vendor) && isUsbId(product))
    return { kind, vendor, product, ...(serial === undefined ? {} : { serial }) };
  const port = Number(rest.at(-1));
  const host = rest
    .slice(0, -1)
    .join(":")
    .replace(/^\[(.*)\]$/, "$1");
  if (kind === "tcp" && host !== "" && Number.isInteger(port) && port > 0 && port < 65_536) return { kind, host, port };
  const fix = "write serial:/dev/serial/by-id/…, usb:2341:0043 or tcp:HOST:PORT";
  throw new ConfigError({ path: "link", reason: `"${link}" is no place of a board`, fix });
}

const isUsbId = (text: string): boolean => /^[0-9a-fA-F]{4}$/.test(text);

type UsbPlace = Extract<Place, { kind: "usb" }>;

/** All that the id stands for. */
export function portsOfUsb<Port extends ListedPort>(place: UsbPlace, ports: readonly Port[]): readonly Port[] {
  const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();
  return ports.filter(
    ({ vendorId, productId, serialNumber }) =>
      same(vendorId, place.vendor) &&
      same(productId, place.product) &&
      (place.serial === undefined || serialNumber === place.serial),
  );
}

/** Throws LinkError when no port or more than one fits: two boards of one make are told apart by their serial numbers alone. */
export function portOfUsb(place: UsbPlace, ports: readonly ListedPort[]): string {
  const fitting = portsOfUsb(place, ports);
  const name = ["usb", place.vendor, place.product, place.serial].filter(Boolean).join(":");
  const [first, second] = fitting;
  if (first === undefined) throw new LinkError("refused", `${name}: no such adapter is plugged in`);
  if (second === undefined) return first.path;
  const serials = fitting.map(({ serialNumber }) => serialNumber ?? "(none)").join(", ");
  throw new LinkError(
    "refused",
    `${name}: ${fitting.length} adapters fit; add one of their serial numbers: ${serials}`,
  );
}
