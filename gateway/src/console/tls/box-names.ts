/** What this box is called on its networks: its addresses, its host name, and what the operator adds. */
import { hostname, networkInterfaces } from "node:os";

const MAX_NAMES = 60;

/** Host names first, then addresses; small letters, without zones of IPv6. Link-local IPv6 is left out: no browser can write it. */
export function boxNames(configured: readonly string[]): string[] {
  const own = hostname().toLowerCase();
  const isName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(own);
  const short = own.split(".")[0] ?? own;
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address.replace(/%.*$/, "").toLowerCase())
    .filter((address) => !/^fe[89ab]/.test(address));
  const names = [
    ...configured.map((name) => name.toLowerCase()),
    ...(isName ? [own, `${short}.local`] : []),
    "localhost",
    "127.0.0.1",
    "::1",
    ...addresses,
  ];
  return [...new Set(names)].slice(0, MAX_NAMES);
}

/** For the address bar: the first address others can reach, else this machine's own. */
export function addressForOthers(host: string): string {
  const isAny = host === "0.0.0.0" || host === "::" || host === "[::]";
  if (!isAny) return host;
  const found = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4");
  return found?.address ?? "127.0.0.1";
}
