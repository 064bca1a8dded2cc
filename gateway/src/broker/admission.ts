/** Who is connected, and how many may be: in all, of one address, of one user. */
import type { Connection, Guest, Identity } from "./connection.ts";
import type { BrokerLimits } from "./limits.ts";

/** What one user costs, over all its connections, those already gone included. */
interface Load {
  readonly connections: Set<Connection>;
  unansweredBytes: number;
}

export class Admission {
  readonly #limits: BrokerLimits;
  readonly #all = new Set<Guest>();
  /** Oldest first. */
  readonly #strangers = new Set<Guest>();
  readonly #ofAddress = new Map<string, number>();
  readonly #ofUser = new Map<string, Load>();
  #whenEmpty: () => void = () => {};

  constructor(limits: BrokerLimits) {
    this.#limits = limits;
  }

  get guests(): ReadonlySet<Guest> {
    return this.#all;
  }

  /** Takes a guest in, or turns it away. When all places are taken, the oldest stranger has to go. */
  enter(guest: Guest): void {
    const { connections, perAddress } = this.#limits;
    const { address, loopback } = guest;
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    this.#all.add(guest);
    this.#strangers.add(guest);
    this.#ofAddress.set(address, ofAddress + 1);
    if (!loopback && ofAddress >= perAddress) guest.refuse("connections", `opened more than ${perAddress} connections`);
    else if (this.#all.size > connections) {
      first(this.#strangers)?.refuse(
        "connections",
        `had not said who it is when all ${connections} connections were taken`,
      );
    }
  }

  /** The stranger has become a connection, still without an identity. */
  meet(stranger: Guest, connection: Connection): void {
    this.#all.delete(stranger);
    this.#strangers.delete(stranger);
    this.#all.add(connection);
    this.#strangers.add(connection);
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

  leave(guest: Guest): void {
    if (!this.#all.delete(guest)) return;
    this.#strangers.delete(guest);
    const left = (this.#ofAddress.get(guest.address) ?? 1) - 1;
    if (left === 0) this.#ofAddress.delete(guest.address);
    else this.#ofAddress.set(guest.address, left);
    if ("identity" in guest && guest.identity !== undefined) {
      this.#ofUser.get(guest.identity.user)?.connections.delete(guest);
    }
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

function first<T>(set: ReadonlySet<T>): T | undefined {
  for (const item of set) return item;
  return undefined;
}
