/** How many connections there may be: when there are too many, the oldest one nobody signed in on makes room. */
import type { Socket } from "node:net";
import { addressKey } from "../accounts/lock-out.ts";

export interface ConnectionLimits {
  readonly all: number;
  readonly fromOneAddress: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { all: 256, fromOneAddress: 64 };

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Somebody signed in uses it. */
  isTrusted: boolean;
}

/** A flood of connections that say nothing only pushes itself out: a newcomer always gets in, somebody signed in stays. */
export class Connections {
  readonly #limits: ConnectionLimits;
  /** In the order they came, by the far end: with TLS the socket that is asked on is another object than the one that was let in. */
  readonly #connections = new Map<string, Connection>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: ConnectionLimits = CONNECTION_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#connections.size;
  }

  add(socket: Socket): void {
    const key = farEnd(socket);
    const address = addressKey(socket.remoteAddress ?? "");
    this.#connections.set(key, { socket, address, isTrusted: false });
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.once("close", () => {
      if (this.#connections.get(key)?.socket === socket) this.#connections.delete(key);
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    });
    if ((this.#perAddress.get(address) ?? 0) > this.#limits.fromOneAddress) this.#makeRoom(socket, address);
    else if (this.#connections.size > this.#limits.all) this.#makeRoom(socket, undefined);
  }

  /** Somebody signed in has asked something over it. */
  trust(socket: Socket): void {
    const connection = this.#connections.get(farEnd(socket));
    if (connection !== undefined) connection.isTrusted = true;
  }

  closeAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #makeRoom(newcomer: Socket, address: string | undefined): void {
    for (const { socket, isTrusted, address: from } of this.#connections.values()) {
      if (socket === newcomer || isTrusted || socket.destroyed) continue;
      if (address !== undefined && from !== address) continue;
      socket.destroy();
      return;
    }
    newcomer.destroy();
  }
}

const farEnd = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
