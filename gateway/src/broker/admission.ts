/** Who is connected, and how many may be: in all, unknown ones, of one address, of one user. */
import type { Connection, Identity } from "./connection.ts";
import type { BrokerLimits } from "./limits.ts";

/** What one user costs, over all its connections, those already gone included. */
interface Load {
  readonly connections: Set<Connection>;
  unansweredBytes: number;
}

export class Admission {
  readonly #limits: BrokerLimits;
  readonly #all = new Set<Connection>();
  readonly #strangers = new Set<Connection>();
  readonly #ofAddress = new Map<string, number>();
  readonly #ofUser = new Map<string, Load>();
  #whenEmpty: () => void = () => {};

  constructor(limits: BrokerLimits) {
    this.#limits = limits;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#all;
  }

  /** Why no further connection of this address is taken; undefined when one is. */
  objection(address: string, loopback: boolean): string | undefined {
    const { connections, perAddress } = this.#limits;
    if (this.#all.size >= connections) return `came when all ${connections} connections were in use`;
    if (!loopback && (this.#ofAddress.get(address) ?? 0) >= perAddress)
      return `opened more than ${perAddress} connections`;
    return undefined;
  }

  enter(connection: Connection): void {
    if (this.#strangers.size >= this.#limits.unauthenticated) {
      first(this.#strangers)?.refuse("connections", "was the oldest of too many that did not say who they are");
    }
    this.#all.add(connection);
    this.#strangers.add(connection);
    const { address } = connection;
    this.#ofAddress.set(address, (this.#ofAddress.get(address) ?? 0) + 1);
  }

  /** The client has proved who it is. True when it takes the place of another connection with its client id. */
  identify(connection: Connection, identity: Identity): boolean {
    connection.identity = identity;
    this.#strangers.delete(connection);
    const { connections } = this.#load(identity.user);
    const takesOver = [...connections].some((other) => other.identity?.clientId === identity.clientId);
    if (!takesOver && connections.size >= this.#limits.perUser) {
      first(connections)?.refuse(
        "connections",
        `was the oldest of more than ${this.#limits.perUser} of its connections`,
      );
    }
    connections.add(connection);
    return takesOver;
  }

  /** True when the user has no other connection. */
  isLast(connection: Connection): boolean {
    const { identity } = connection;
    if (identity === undefined) return true;
    const { connections } = this.#load(identity.user);
    return connections.size === 0 || (connections.size === 1 && connections.has(connection));
  }

  /** Resolves when nobody is connected. */
  empty(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  /** True while too much of what the user sent before still waits for its answer; a new connection would only send it again. */
  isBusy(user: string): boolean {
    return (this.#ofUser.get(user)?.unansweredBytes ?? 0) > this.#limits.packetBytes;
  }

  /** That much of the user's waits for its answer; the returned function says that it was given. */
  owe(user: string, bytes: number): () => void {
    const load = this.#load(user);
    load.unansweredBytes += bytes;
    return () => {
      load.unansweredBytes -= bytes;
    };
  }

  leave(connection: Connection): void {
    const { address, identity } = connection;
    if (!this.#all.delete(connection)) return;
    this.#strangers.delete(connection);
    const left = (this.#ofAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, left);
    if (identity !== undefined) this.#ofUser.get(identity.user)?.connections.delete(connection);
    if (this.#all.size === 0) this.#whenEmpty();
  }

  #load(user: string): Load {
    const known = this.#ofUser.get(user);
    if (known !== undefined) return known;
    const load = { connections: new Set<Connection>(), unansweredBytes: 0 };
    this.#ofUser.set(user, load);
    return load;
  }
}

function first(set: ReadonlySet<Connection>): Connection | undefined {
  for (const connection of set) return connection;
  return undefined;
}
