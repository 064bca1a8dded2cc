/** The ports the broker listens on: plain TCP, and TLS where it is configured. */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { ConfigError } from "@gatehouse/protocol";

export interface ListenOptions {
  /** `HOST:PORT`, IPv6 in brackets; port 0 takes any free one. */
  readonly address: string;
  /** Where the address stands in the site file. */
  readonly path: string;
  /** PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Idle sockets are probed after so long, ms, so that half-open ones are found. */
  readonly keepAliveMs: number;
  /** Connections the kernel holds until they are taken: with fewer, devices that come back all at once try again only after a second. */
  readonly backlog: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Takes no more; open sockets stay. */
  close(): void;
}

/** `onSocket` gets each connection at once; with TLS the handshake is still to come. Throws ConfigError when the operator must change something. */
export async function listen(options: ListenOptions, onSocket: (socket: Socket) => void): Promise<Listener> {
  const { address, path, tls, keepAliveMs, backlog } = options;
  const split = address.lastIndexOf(":");
  const host = address.slice(0, split).replace(/^\[|\]$/g, "");
  const secure = tls === undefined ? (socket: Socket) => socket : securing(tls, path);
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) =>
    onSocket(secure(socket)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(explain(cause, path, address)));
    server.listen({ port: Number(address.slice(split + 1)), host, backlog }, resolve);
  });
  return { host, port: portOf(server), tls: tls !== undefined, close: () => server.close() };
}

function securing(tls: { readonly cert: Buffer; readonly key: Buffer }, path: string): (socket: Socket) => Socket {
  try {
    const secureContext = createSecureContext({ ...tls, minVersion: "TLSv1.2" });
    return (socket) => new TLSSocket(socket, { isServer: true, secureContext });
  } catch (cause) {
    const reason = `certificate or key cannot be used: ${cause instanceof Error ? cause.message : cause}`;
    throw new ConfigError(
      { path, reason, fix: "give a PEM certificate and the private key that belongs to it" },
      { cause },
    );
  }
}

function portOf(server: Server): number {
  const bound = server.address();
  return bound === null || typeof bound === "string" ? 0 : bound.port;
}

function explain(cause: NodeJS.ErrnoException, path: string, address: string): ConfigError {
  const fixes: Readonly<Record<string, string>> = {
    EADDRINUSE: "end what listens there, or choose another port",
    EACCES: "choose a port of 1024 or above, or allow the service to use this one",
    EADDRNOTAVAIL: "name an address this machine has",
    ENOTFOUND: "name an address this machine has",
  };
  const fix = fixes[cause.code ?? ""];
  const problem = {
    path,
    reason: `cannot listen on ${address}: ${cause.message}`,
    ...(fix === undefined ? {} : { fix }),
  };
  return new ConfigError(problem, { cause });
}
