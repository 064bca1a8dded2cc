/** The routes between the servers of a cluster, through proxies that can cut a server off: its packets go nowhere, and nobody is told. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Way {
  readonly from: number;
  readonly to: number;
  readonly server: Server;
  readonly pairs: Set<readonly [Socket, Socket]>;
}

export class Routes implements AsyncDisposable {
  readonly #ways: Way[] = [];
  #cutOff: number | undefined;

  /** The port on which `from` reaches `to`, which listens on `port`. */
  async routeTo(from: number, to: number, port: number): Promise<number> {
    const pairs: Way["pairs"] = new Set();
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: "127.0.0.1", port, noDelay: true });
      const pair = [near, far] as const;
      pairs.add(pair);
      near.pipe(far);
      far.pipe(near);
      if (this.#cuts(from, to)) hold(pair);
      for (const socket of pair) {
        socket.on("error", () => {});
        socket.once("close", () => {
          near.destroy();
          far.destroy();
          pairs.delete(pair);
        });
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#ways.push({ from, to, server, pairs });
    return (server.address() as AddressInfo).port;
  }

  /** Clients reach it all the same. */
  cutOff(index: number): void {
    this.#cutOff = index;
    for (const { from, to, pairs } of this.#ways) if (this.#cuts(from, to)) for (const pair of pairs) hold(pair);
  }

  heal(): void {
    this.#cutOff = undefined;
    for (const { pairs } of this.#ways) for (const pair of pairs) release(pair);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server, pairs } of this.#ways) {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      server.close();
    }
  }

  #cuts(from: number, to: number): boolean {
    return from === this.#cutOff || to === this.#cutOff;
  }
}

function hold([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far);
  far.unpipe(near);
  near.pause();
  far.pause();
}

function release([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}
