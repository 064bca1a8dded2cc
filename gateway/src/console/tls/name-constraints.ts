/** What the box's own certificate authority may sign (RFC 5280, 4.2.1.10): this box's names and addresses of private networks, nothing of the internet. */
import { isIP } from "node:net";

/** Networks no public site is in: RFC 1918, 6598, 3927, 4193, and loopback. */
const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];
/** Domains that mean the local network everywhere. */
const LOCAL_DOMAINS: readonly string[] = ["localhost", "local", "lan", "internal", "home.arpa"];

/** What every authority of ours may sign. */
export function isLocal(name: string): boolean {
  const version = isIP(name);
  if (version === 0) return LOCAL_DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`));
  return PRIVATE_NETWORKS.some((network) => {
    const bytes = networkBytes(network);
    const own = addressBytes(name);
    const half = bytes.length / 2;
    return half === own.length && own.every((byte, i) => (byte & (bytes[half + i] ?? 0)) === bytes[i]);
  });
}

/** DER of the extension's value. `names` are allowed beside what is always local. */
export function nameConstraints(names: readonly string[]): Uint8Array {
  const domains = [...new Set([...LOCAL_DOMAINS, ...names.filter((name) => isIP(name) === 0)])];
  const own = names.filter((name) => isIP(name) !== 0).map((address) => `${address}/${isIP(address) === 4 ? 32 : 128}`);
  const trees = [
    ...domains.map((domain) => der(0x82, Buffer.from(domain, "ascii"))),
    ...[...new Set([...PRIVATE_NETWORKS, ...own])].map((network) => der(0x87, networkBytes(network))),
  ];
  const permitted = Buffer.concat(trees.map((name) => der(0x30, name)));
  return der(0x30, der(0xa0, permitted));
}

/** Address and mask, one behind the other. */
function networkBytes(network: string): Buffer {
  const [address = "", length] = network.split("/");
  const bytes = addressBytes(address);
  const mask = Buffer.alloc(bytes.length);
  for (let bit = 0; bit < Number(length); bit++) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return Buffer.concat([bytes.map((byte, i) => byte & (mask[i] ?? 0)), mask]);
}

export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function der(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
