/** Addresses an outbound request must not reach: this machine, its links, and where clouds hand out secrets. Checked after resolution. */
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP } from "node:net";
import { LinkError } from "@gatehouse/protocol";
import { LOOPBACK } from "./address.ts";

const inner = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  inner.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 127],
  ["fe80::", 10],
  ["fd00:ec2::254", 128],
  ["ff00::", 8],
] as const)
  inner.addSubnet(net, bits, "ipv6");

/** Also of an IPv4 address written as IPv6. */
function isInner(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return family !== 0 && inner.check(bare, family === 6 ? "ipv6" : "ipv4");
}

const innerAddress = (host: string, address: string): LinkError =>
  new LinkError(
    "refused",
    `${host} leads to ${address}, which is this machine or its own network (if that is meant, write \`allowPrivate: true\`)`,
  );

export interface Lookup {
  readonly lookup?: typeof outboundLookup;
}

/** How a name is looked up that must not lead inside unless that is allowed. Throws LinkError for an address that does. */
export function carefulLookup({ hostname }: URL, allowed: boolean): Lookup {
  if (allowed) return {};
  if (isInner(hostname)) throw innerAddress(hostname, hostname);
  return { lookup: outboundLookup };
}

/** The same of a platform: who writes `localhost` means this machine. */
export const lookupOf = (url: URL, allowed = false): Lookup =>
  carefulLookup(url, allowed || LOOPBACK.test(url.hostname));

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** In place of Node's own look-up: the address that was checked is the one connected to. */
function outboundLookup(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, []);
    const bad = addresses.find(({ address }) => isInner(address));
    if (bad !== undefined) return found(innerAddress(host, bad.address), []);
    const [first] = addresses;
    if (options.all === true || first === undefined) return found(null, addresses);
    found(null, first.address, first.family);
  });
}
