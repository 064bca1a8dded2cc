/** What was found, as a piece of a site file to paste, with what only a person knows left open. */
import { formatAddress, type LineAddress } from "../drivers/line/address.ts";
import type { Discovery } from "./run-scan.ts";
import { type Found, OPEN_VALUE } from "./scanner.ts";

/** A block of `drivers` and its devices. */
export interface SitePart {
  readonly driver: { readonly id: string; readonly type: string; readonly [key: string]: unknown };
  readonly devices: readonly Found[];
}

/** The address with its rate, as `link` wants it. */
export function linkText(address: LineAddress): string {
  const { baud, parity } = address;
  const rate = `?baud=${baud}${parity === "none" ? "" : `&parity=${parity}`}`;
  return `${formatAddress(address)}${rate}`;
}

/** One driver a protocol and rate. */
export function partsOf(discoveries: readonly Discovery[]): SitePart[] {
  return discoveries.map(({ protocol, address, devices }, index) => ({
    driver: { id: `${protocol}-${index + 1}`, type: protocol, link: linkText(address) },
    devices,
  }));
}

export function sitePiece(parts: readonly SitePart[], where: string): string {
  const count = parts.reduce((sum, { devices }) => sum + devices.length, 0);
  const lines = parts.filter(({ driver }) => driver["link"] !== undefined);
  const open = parts.some(({ devices }) => devices.some(({ keys }) => Object.values(keys).includes(OPEN_VALUE)));
  return [
    `# Found by gatehouse scan on ${where}: ${count === 1 ? "1 device" : `${count} devices`}. Put its lines under the`,
    "# `drivers:` and `devices:` of the site file (each stands there once), and say where each device is",
    `# (space: or portal:${open ? ", and which map" : ""}) in place of CHANGE-ME, then: gatehouse check site.yaml`,
    ...(lines.length > 1
      ? ["# Several protocols on one line: only one driver can have the port, so they need lines of their own."]
      : []),
    "drivers:",
    ...parts.map(({ driver }) => `  - ${flow(driver)}`),
    "devices:",
    ...parts.flatMap(({ driver, devices }) => devices.map((device) => `  - ${deviceText(device, driver.id)}`)),
  ].join("\n");
}

function deviceText({ id, keys, about }: Found, driver: string): string {
  const { kind, ...rest } = keys;
  const place = kind === "reader" || kind === "counter" || kind === "board" ? "portal" : "space";
  return `${flow({ id, kind, driver, [place]: OPEN_VALUE, ...rest })}   # ${about}`;
}

/** One line of YAML. Text that YAML would take for a number stands in quotes. */
function flow(fields: Readonly<Record<string, unknown>>): string {
  const value = (field: unknown): string => {
    if (Array.isArray(field)) return `[${field.map(value).join(", ")}]`;
    if (field !== null && typeof field === "object") return flow(field as Readonly<Record<string, unknown>>);
    if (typeof field !== "string") return String(field);
    return /^[A-Za-z][A-Za-z0-9_-]*$/.test(field) && !/^(?:true|false|null|yes|no|on|off)$/i.test(field)
      ? field
      : JSON.stringify(field);
  };
  return `{ ${Object.entries(fields)
    .map(([key, field]) => `${key}: ${value(field)}`)
    .join(", ")} }`;
}
