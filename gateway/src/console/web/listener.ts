/** The console's door: HTTPS with its limits, opened and closed by the gateway. */
import { createServer as createPlain, type RequestListener, type Server } from "node:http";
import { createServer as createTls, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ConfigError } from "@gatehouse/protocol";
import type { Connections } from "./connections.ts";

export interface Certificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** Headers and a whole request must be there within so long; a large upload takes its time. */
const LIMITS = {
  headersTimeout: 8_000,
  requestTimeout: 600_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16_384,
  maxRequestsPerSocket: 10_000,
} as const;
const HANDSHAKE_MS = 8_000;
/** Who neither sends nor takes anything in the middle of a request or an answer for so long is gone; a live feed has no such limit. */
const SILENCE_MS = 120_000;
/** Of sockets the kernel hands over; what is let in among them is {@link Connections}' choice. */
const MAX_SOCKETS = 400;

/** Without a certificate in clear: for loopback alone. */
export function makeServer(listener: RequestListener, certificate: Certificate | undefined): Server {
  if (certificate === undefined) return createPlain(LIMITS, listener);
  const tls = {
    ...certificate,
    minVersion: "TLSv1.2",
    handshakeTimeout: HANDSHAKE_MS,
    honorCipherOrder: true,
  } as const;
  return createTls({ ...LIMITS, ...tls }, listener) as unknown as Server;
}

export function useCertificate(server: Server, certificate: Certificate): void {
  (server as unknown as TlsServer).setSecureContext({ ...certificate, minVersion: "TLSv1.2" });
}

/** Resolves with the port. Throws ConfigError when the address cannot be had. */
export async function listen(server: Server, host: string, port: number, connections: Connections): Promise<number> {
  server.maxConnections = MAX_SOCKETS;
  server.setTimeout(SILENCE_MS);
  // By TLS the encrypted socket is the one requests come on; the one below counts until it is there.
  server.on("connection", (socket) => connections.add(socket));
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error) =>
      reject(
        new ConfigError(
          {
            path: "console.listen",
            reason: `cannot listen on ${host}:${port}: ${cause.message}`,
            fix: "choose another address, or end what uses it",
          },
          { cause },
        ),
      );
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Takes nobody in any more, and ends every connection there is. */
export async function close(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.closeAll();
  server.closeAllConnections();
  await closed;
}
