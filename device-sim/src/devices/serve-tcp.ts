/** A raw TCP device server: the far end of a serial line for whoever connects. */
import { createServer, type Socket } from "node:net";
import type { Wire } from "./shared-line.ts";

export interface TcpFarEnd extends Wire {
  readonly port: number;
  /** How many are connected. */
  readonly connections: number;
  /** Ends the connections, as a device server that restarts. */
  drop(): void;
  close(): Promise<void>;
}

/** Port 0 takes a free one. Several may connect: all hear the line, each may speak. */
export async function serveTcp({ host = "127.0.0.1", port = 0 } = {}): Promise<TcpFarEnd> {
  const sockets = new Set<Socket>();
  let listener: (bytes: Uint8Array) => void = () => {};
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => listener(bytes));
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    get connections() {
      return sockets.size;
    },
    onBytes: (next) => {
      listener = next;
    },
    say: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    drop,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
