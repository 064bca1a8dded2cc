/** A listening port that can be shut and opened again on the same number, taking its connections along. */
import type { AddressInfo, Server, Socket } from "node:net";
import { LinkError } from "@gatehouse/protocol";

export interface ListenAt {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();
  #port: number;

  /** For any server of node:net, node:tls, node:http or node:https. */
  constructor(server: Server, { host, port }: ListenAt) {
    this.#server = server;
    this.#host = host;
    this.#port = port;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** `HOST:PORT` once open. */
  get address(): string {
    return `${this.#host.includes(":") ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  /** Throws LinkError `refused` when the port is taken. */
  async open(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(new LinkError("refused", `cannot listen on ${this.address}: ${cause.message}`, { cause }));
      this.#server.once("error", fail);
      this.#server.listen(this.#port, this.#host, () => {
        this.#server.off("error", fail);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Nobody listens any more, and every connection is broken. */
  async shut(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.breakAll();
    });
  }

  /** Breaks every connection without a word. */
  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
