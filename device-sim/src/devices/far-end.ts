/** The far end of a line at a place named in words: `tcp:[HOST:]PORT`, or `pty:PATH` for a serial port that PATH is a link to. */
import { lstatSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { type Clock, ConfigError } from "@gatehouse/protocol";
import { openPty } from "./pty.ts";
import { serveTcp } from "./serve-tcp.ts";
import { serveUdp, type UdpDevice } from "./serve-udp.ts";
import type { Wire } from "./shared-line.ts";

export interface FarEnd {
  /** The place, with the port it got. */
  readonly name: string;
  readonly wire: Wire;
  close(): Promise<void>;
}

/** Throws ConfigError at `path` for a place that cannot be. */
export async function openFarEnd(place: string, path: string): Promise<FarEnd> {
  const tcp = /^tcp:(?:(.+):)?(\d{1,5})$/.exec(place);
  if (tcp !== null) return listenTcp(place, tcp[1] ?? "127.0.0.1", Number(tcp[2]), path);
  const link = /^pty:(.+)$/.exec(place)?.[1];
  if (link !== undefined) return makePty(place, link, path);
  throw new ConfigError({
    path,
    reason: `"${place}" is no place to listen`,
    fix: "write tcp:127.0.0.1:4001, pty:/tmp/bus-1 for a serial line of its own, or udp:127.0.0.1:60000 for boards",
  });
}

/** Boards on the network at `udp:[HOST:]PORT`. Throws ConfigError at `path`. */
export async function openNetwork(
  place: string,
  boards: readonly UdpDevice[],
  clock: Clock,
  path: string,
): Promise<Omit<FarEnd, "wire">> {
  const [, host = "127.0.0.1", port] = /^udp:(?:([^:]+):)?(\d{1,5})$/.exec(place) ?? [];
  const fix = "write udp:127.0.0.1:60000, say, with a port nobody listens at";
  if (port === undefined) throw new ConfigError({ path, reason: `"${place}" is no place to listen`, fix });
  try {
    const server = await serveUdp(boards, { clock, host, port: Number(port) });
    return { name: `udp:${host}:${server.port}`, close: () => server.close() };
  } catch (cause) {
    const reason = `cannot listen at ${place}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ConfigError({ path, reason, fix }, { cause });
  }
}

async function listenTcp(place: string, host: string, port: number, path: string): Promise<FarEnd> {
  const far = await serveTcp({ host: host.replace(/^\[(.*)\]$/, "$1"), port }).catch((cause: unknown) => {
    const reason = `cannot listen at ${place}: ${(cause as Error).message}`;
    throw new ConfigError({ path, reason, fix: "choose another port, or end what listens there" }, { cause });
  });
  return { name: `tcp:${host}:${far.port}`, wire: far, close: () => far.close() };
}

async function makePty(place: string, link: string, path: string): Promise<FarEnd> {
  const pty = await openPty();
  try {
    if (targetOf(link)?.startsWith("/dev/pts/")) unlinkSync(link);
    symlinkSync(pty.path, link);
  } catch (cause) {
    await pty.unplug();
    throw new ConfigError({ path, reason: `cannot make ${link}: ${(cause as Error).message}` }, { cause });
  }
  return {
    name: place,
    wire: pty,
    close: async () => {
      if (targetOf(link) === pty.path) unlinkSync(link);
      await pty.unplug();
    },
  };
}

/** Where a link leads; undefined for what is none. A run that was killed leaves its link behind. */
function targetOf(link: string): string | undefined {
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? readlinkSync(link) : undefined;
}
