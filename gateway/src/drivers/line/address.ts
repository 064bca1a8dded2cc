/** Where a line is and how it speaks: `serial:/dev/serial/by-id/…?baud=9600`, `tcp:10.0.0.9:4001`, `rfc2217:10.0.0.9:2217`. */
import { didYouMean } from "@gatehouse/protocol";
import { z } from "zod";

/** How characters go over the wire. Behind `tcp:` the device server owns them: there they tell how fast the far line is. */
export interface WireFormat {
  readonly baud: number;
  readonly parity: "none" | "even" | "odd";
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

export type LineAddress = WireFormat &
  (
    | { readonly kind: "serial"; readonly path: string }
    | { readonly kind: "tcp" | "rfc2217"; readonly host: string; readonly port: number }
  );

const PLAIN: WireFormat = { baud: 9600, parity: "none", dataBits: 8, stopBits: 1 };
const FORMS = "write serial:/dev/serial/by-id/…, tcp:HOST:PORT or rfc2217:HOST:PORT";
const MAX_TEXT = 500;

/** The schema of `link`. `usual` is what the protocol's devices leave the factory with; the address changes it with `?baud=…&parity=…`. */
export function linkUrl(usual: Partial<WireFormat> = {}) {
  return z
    .string()
    .max(MAX_TEXT)
    .transform((text, context): LineAddress => {
      const address = parse(text, { ...PLAIN, ...usual });
      if (typeof address !== "string") return address;
      context.addIssue({ code: "custom", message: address });
      return z.NEVER;
    })
    .describe("the line: `serial:/dev/serial/by-id/…?baud=9600`, `tcp:HOST:PORT` or `rfc2217:HOST:PORT`");
}

/** For protocols whose devices speak 9600 8N1 unless told otherwise. */
export const LinkUrl = linkUrl();

/** The address as one would write it, without what goes without saying. */
export function formatAddress(address: LineAddress): string {
  if (address.kind === "serial") return `serial:${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${address.kind}:${host}:${address.port}`;
}

/** How long one character is on the wire, ms. */
export function characterMs({ baud, parity, dataBits, stopBits }: WireFormat): number {
  return ((1 + dataBits + (parity === "none" ? 0 : 1) + stopBits) * 1000) / baud;
}

/** The address, or what is wrong with it. */
function parse(text: string, usual: WireFormat): LineAddress | string {
  const [, kind = "", place = "", query = ""] = /^([a-z0-9]+):([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const format = parseFormat(query, usual);
  if (typeof format === "string") return `"${text}": ${format}`;
  if (kind === "serial") {
    if (!place.startsWith("/")) return `"${text}" names no port: write serial:/dev/serial/by-id/…`;
    return { kind, path: place, ...format };
  }
  if (kind !== "tcp" && kind !== "rfc2217") return `"${text}" is no line: ${FORMS}`;
  const [, bracketed, plain, digits] = /^(?:\/\/)?(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(place) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return `"${text}" is no line: write ${kind}:HOST:PORT`;
  return { kind, host, port, ...format };
}

type Setting = (value: string) => Partial<WireFormat> | string;

const choice =
  <Key extends keyof WireFormat>(key: Key, values: readonly WireFormat[Key][]): Setting =>
  (value) => {
    const chosen = values.find((candidate) => String(candidate) === value);
    return chosen === undefined ? `"${value}" must be ${values.join(", ")}` : { [key]: chosen };
  };

const SETTINGS: Readonly<Record<string, Setting>> = {
  baud: (value) => {
    const baud = Number(value);
    const usable = Number.isInteger(baud) && baud >= 300 && baud <= 4_000_000;
    return usable ? { baud } : `"${value}" must be a rate from 300 to 4000000, as 9600`;
  },
  parity: choice("parity", ["none", "even", "odd"]),
  data: choice("dataBits", [7, 8]),
  stop: choice("stopBits", [1, 2]),
};

function parseFormat(query: string, usual: WireFormat): WireFormat | string {
  let format = usual;
  for (const part of query.split("&").filter((each) => each !== "")) {
    const [key = "", value = ""] = part.split("=");
    const set = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    const names = Object.keys(SETTINGS);
    if (set === undefined) return `"${key}" is unknown: ${didYouMean(key, names) ?? `known: ${names.join(", ")}`}`;
    const change = set(value);
    if (typeof change === "string") return `${key}: ${change}`;
    format = { ...format, ...change };
  }
  return format;
}
