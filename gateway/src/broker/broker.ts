/** The gateway's own MQTT broker: aedes behind the guard, with accounts, topic rules and an orderly end. */
import type { Socket } from "node:net";
import { type Clock, InvariantError, LinkError } from "@gatehouse/protocol";
import { Aedes } from "aedes";
import type { Health, LocalBroker, LocalPublish, Logger } from "../core/ports.ts";
import type { BrokerAccount } from "./accounts.ts";
import { Admission } from "./admission.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { FanOut } from "./fan-out.ts";
import { BROKER_LIMITS, type BrokerLimits } from "./limits.ts";
import { type Listener, listen } from "./listener.ts";
import { PolicyHooks } from "./policy-hooks.ts";
import { type Refusal, Refusals } from "./refusals.ts";
import { Reservations } from "./reservations.ts";
import { SessionMemory } from "./session-memory.ts";
import { Stranger } from "./stranger.ts";

/** The `broker` section of the site file with its secrets read. */
export interface BrokerConfig {
  /** `HOST:PORT`; port 0 takes any free one. */
  readonly listen: string;
  readonly tls?: { readonly listen: string; readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly anonymousLoopback: boolean;
}

export interface BrokerOptions {
  readonly config: BrokerConfig;
  /** By user name: devices under their id, tools under theirs. */
  readonly accounts: ReadonlyMap<string, BrokerAccount>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly limits?: Partial<BrokerLimits> | undefined;
  /** Told of everybody who gives a user name without an account, with the password: it is refused all the same. */
  readonly knocked?: (attempt: {
    readonly user: string;
    readonly password: Buffer | undefined;
    readonly address: string;
  }) => void;
}

/** What the broker did since it began; connections as they are now. */
export interface BrokerCounters {
  readonly connections: number;
  readonly bytesIn: number;
  /** Publishes offered to the drivers. */
  readonly publishes: number;
  /** A client came with the client id of another one of the same user, which was then disconnected. */
  readonly takeovers: number;
  readonly refused: Readonly<Record<Refusal, number>>;
}

export interface Broker extends LocalBroker {
  /**
   * Listens until the signal aborts. Then: takes no more connections, reads no more, waits (bounded) for the answers in flight, closes.
   * Single use. Throws ConfigError when it cannot listen.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Where it listens, once it does; rejects with what run() throws. */
  readonly listening: Promise<readonly { readonly host: string; readonly port: number; readonly tls: boolean }[]>;
  readonly counters: BrokerCounters;
  /** Sees every publish that is allowed, whoever takes it, and changes nothing. Returns the detach function. */
  onLook(onlooker: (publish: LocalPublish) => void): () => void;
}

/** Idle sockets are probed after so long, so that half-open ones are found. */
const HALF_OPEN_MS = 60_000;
const MAX_QOS2_IN_FLIGHT = 64;

type PublishOptions = NonNullable<Parameters<LocalBroker["publish"]>[2]>;

export function createBroker(options: BrokerOptions): Broker {
  return new GuardedBroker(options);
}

class GuardedBroker implements Broker {
  readonly #options: BrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #refusals: Refusals;
  readonly #admission: Admission;
  readonly #hooks: PolicyHooks;
  readonly #aedes: Aedes;
  readonly #owner: ConnectionOwner;
  readonly #opened = Promise.withResolvers<readonly Listener[]>();
  #used = false;
  #bytesIn = 0;

  constructor(options: BrokerOptions) {
    const { config, accounts, clock } = options;
    this.#options = options;
    this.#limits = { ...BROKER_LIMITS, ...options.limits };
    this.#refusals = new Refusals(options);
    this.#admission = new Admission(this.#limits);
    const refused: ConnectionOwner["refused"] = (guest, refusal, detail) =>
      this.#refusals.add(refusal, ("claims" in guest && guest.claims) || guest.address, detail);
    this.#hooks = new PolicyHooks({
      accounts,
      anonymousLoopback: config.anonymousLoopback,
      admission: this.#admission,
      refused,
      ...(options.knocked === undefined ? {} : { knocked: options.knocked }),
    });
    this.#aedes = this.#createAedes();
    this.#owner = {
      clock,
      limits: this.#limits,
      reservations: new Reservations(this.#limits.largeTotalBytes),
      received: (bytes) => {
        this.#bytesIn += bytes;
      },
      refused,
      closed: (guest) => this.#admission.leave(guest),
    };
    // Whoever does not ask where the broker listens need not care why it does not.
    this.#opened.promise.catch(() => {});
  }

  get listening(): Promise<readonly Listener[]> {
    return this.#opened.promise;
  }

  get counters(): BrokerCounters {
    const { publishes, takeovers } = this.#hooks;
    const connections = this.#admission.guests.size;
    return { connections, bytesIn: this.#bytesIn, publishes, takeovers, refused: this.#refusals.counts };
  }

  onPublish(handler: Parameters<LocalBroker["onPublish"]>[0]): () => void {
    return this.#hooks.onPublish(handler);
  }

  onLook(onlooker: (publish: LocalPublish) => void): () => void {
    return this.#hooks.onLook(onlooker);
  }

  async publish(topic: string, payload: string | Buffer, options: PublishOptions = {}): Promise<void> {
    const { retain = false, qos = 0 } = options;
    await this.#opened.promise;
    if (this.#hooks.stopping) throw new LinkError("closed", `the broker is closed, ${topic} is not published`);
    await new Promise<void>((resolve, reject) =>
      this.#aedes.publish({ cmd: "publish", topic, payload, qos, retain, dup: false }, (cause) =>
        cause ? reject(new LinkError("closed", `${topic} is not published`, { cause })) : resolve(),
      ),
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError("a broker runs once");
    this.#used = true;
    let listeners: readonly Listener[];
    try {
      listeners = await this.#open();
    } catch (error) {
      this.#opened.reject(error);
      await this.#closeAedes();
      throw error;
    }
    this.#opened.resolve(listeners);
    for (const { host, port, tls } of listeners) this.#options.log.info({ host, port, tls }, "mqtt broker listens");
    await this.#refusals.run(signal);
    await this.#close(listeners);
  }

  #createAedes(): Aedes {
    const hooks = this.#hooks;
    const aedes = new Aedes({
      mq: new FanOut(),
      persistence: new SessionMemory(),
      concurrency: 0,
      drainTimeout: this.#limits.drainMs,
      maxInflightInbound: MAX_QOS2_IN_FLIGHT,
      // Client ids carry the user name in front, so that MQTT 3.1's 23 characters do not fit.
      maxClientsIdLength: this.#limits.connectBytes,
      preConnect: hooks.preConnect,
      authenticate: hooks.authenticate,
      authorizePublish: hooks.authorizePublish,
      authorizeSubscribe: hooks.authorizeSubscribe,
      authorizeForward: (client, packet) => (hooks.keepsUp(client, this.#limits.outgoingBytes) ? packet : null),
    });
    aedes.on("clientReady", (client) => hooks.connectionOf(client)?.open());
    aedes.on("clientError", (client, error) => hooks.failed(client, error));
    aedes.on("connectionError", (client, error) => hooks.failed(client, error));
    return aedes;
  }

  async #open(): Promise<readonly Listener[]> {
    const { config } = this.#options;
    await this.#aedes.listen();
    const welcome = (socket: Socket) => this.#welcome(socket);
    const ways = { keepAliveMs: HALF_OPEN_MS, backlog: this.#limits.connections };
    const plain = await listen({ ...ways, address: config.listen, path: "broker.listen" }, welcome);
    if (config.tls === undefined) return [plain];
    try {
      const { listen: address, ...tls } = config.tls;
      return [plain, await listen({ ...ways, address, path: "broker.tls", tls }, welcome)];
    } catch (error) {
      plain.close();
      throw error;
    }
  }

  #welcome(socket: Socket): void {
    const stranger = new Stranger(socket, this.#owner, (bytes, end) => {
      const connection = new Connection(socket, stranger, this.#owner);
      this.#admission.meet(stranger, connection);
      this.#hooks.attach(this.#aedes.handle(connection.stream), connection);
      connection.introduce({ bytes, end });
    });
    this.#admission.enter(stranger);
  }

  /** In order, so that whatever is committed is also acknowledged. */
  async #close(listeners: readonly Listener[]): Promise<void> {
    this.#hooks.stop();
    for (const listener of listeners) listener.close();
    for (const guest of this.#admission.guests) guest.stopReading();
    await this.#within(this.#limits.stopMs, this.#hooks.idle());
    for (const guest of this.#admission.guests) guest.finish();
    await this.#within(this.#limits.goodbyeMs, this.#admission.empty());
    await this.#closeAedes();
  }

  /** Resolves with `done`, or without it after `ms`. */
  async #within(ms: number, done: Promise<void>): Promise<void> {
    const patience = new AbortController();
    const late = this.#options.clock.sleep(ms, patience.signal).catch(() => {});
    await Promise.race([done, late]);
    patience.abort();
  }

  #closeAedes(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(resolve));
  }
}
