/** How many connections there may be: when there are too many, the oldest one nobody signed in on makes room. */
import type { Socket } from "node:net";
import { addressKey } from "../accounts/lock-out.ts";

export interface ConnectionLimits {
  readonly all: number;
  readonly fromOneAddress: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { all: 256, fromOneAddress: 64 };

/** A flood of connections that say nothing only pushes itself out: a newcomer always gets in, somebody signed in stays. */
export class Connections {
  readonly #limits: ConnectionLimits;
  /** In the order they came; true: somebody signed in uses it. */
  readonly #sockets = new Map<Socket, { readonly address: string; isTrusted: boolean }>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: ConnectionLimits = CONNECTION_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sockets.size;
  }

  add(socket: Socket): void {
    const address = addressKey(socket.remoteAddress ?? "");
    this.#sockets.set(socket, { address, isTrusted: false });
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    });
    if ((this.#perAddress.get(address) ?? 0) > this.#limits.fromOneAddress) this.#makeRoom(socket, address);
    else if (this.#sockets.size > this.#limits.all) this.#makeRoom(socket, undefined);
  }

  /** Somebody signed in has asked something over it. */
  trust(socket: Socket): void {
    const entry = this.#sockets.get(socket);
    if (entry !== undefined) entry.isTrusted = true;
  }

  closeAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  #makeRoom(newcomer: Socket, address: string | undefined): void {
    for (const [socket, entry] of this.#sockets) {
      if (socket === newcomer || entry.isTrusted || socket.destroyed) continue;
      if (address !== undefined && entry.address !== address) continue;
      socket.destroy();
      return;
    }
    newcomer.destroy();
  }
}
