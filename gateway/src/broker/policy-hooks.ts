/** The decisions aedes asks for: who comes in, who publishes and subscribes where, and when a publish is answered. */
import { LinkError, RejectedError } from "@gatehouse/protocol";
import type { AedesOptions, Client, PublishPacket } from "aedes";
import type { LocalBroker, LocalPublish } from "../core/ports.ts";
import { type Attempt, type BrokerAccount, createDoor, type Verdict } from "./accounts.ts";
import type { Admission } from "./admission.ts";
import type { Answer } from "./answer-queue.ts";
import type { Connection } from "./connection.ts";
import type { Refusal } from "./refusals.ts";
import { grantsOf } from "./topic-rules.ts";

type Handler = Parameters<LocalBroker["onPublish"]>[0];
type Hook<Name extends keyof AedesOptions> = NonNullable<AedesOptions[Name]>;

export interface PolicyHooksOptions {
  readonly accounts: ReadonlyMap<string, BrokerAccount>;
  readonly anonymousLoopback: boolean;
  readonly admission: Admission;
  /** Counts and tells; aedes itself disconnects. */
  refused(connection: Connection, refusal: Refusal, detail: string): void;
  /** Somebody without an account; it is refused. */
  knocked?(attempt: { readonly user: string; readonly password: Buffer | undefined; readonly address: string }): void;
}

/** CONNACK return codes (MQTT 3.1.1, section 3.2.2.3). */
const RETURN = { badProtocol: 1, unavailable: 3, badPassword: 4, notAuthorized: 5 } as const;

/** A status longer than this is offered to the driver, but not retained. */
const MAX_RETAINED_BYTES = 4_096;
/** Of one connection, publishes that wait for their answer while further ones are heard already. */
const AHEAD_BYTES = 16 * 1024;
const EMPTY = Buffer.alloc(0);

export class PolicyHooks {
  readonly #options: PolicyHooksOptions;
  readonly #door: (attempt: Attempt) => Verdict;
  readonly #connections = new WeakMap<Client, Connection>();
  readonly #handlers = new Set<Handler>();
  readonly #onlookers = new Set<(publish: LocalPublish) => void>();
  #unnamed = 0;
  #unanswered = 0;
  #whenIdle: () => void = () => {};
  #stopping = false;
  publishes = 0;
  takeovers = 0;

  constructor(options: PolicyHooksOptions) {
    this.#options = options;
    this.#door = createDoor(options.accounts, options.anonymousLoopback);
  }

  attach(client: Client, connection: Connection): void {
    this.#connections.set(client, connection);
  }

  connectionOf(client: Client): Connection | undefined {
    return this.#connections.get(client);
  }

  onPublish(handler: Handler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Sees every publish that is allowed, whoever takes it. Returns the detach function. */
  onLook(onlooker: (publish: LocalPublish) => void): () => void {
    this.#onlookers.add(onlooker);
    return () => this.#onlookers.delete(onlooker);
  }

  /** From now on no will is published: it is the gateway that goes, not the device. */
  stop(): void {
    this.#stopping = true;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Resolves when no publish waits for its answer. */
  idle(): Promise<void> {
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** Every session is a clean one, and a client id belongs to the user who gives it. */
  readonly preConnect: Hook<"preConnect"> = (client, packet, done) => {
    const connection = this.#connections.get(client);
    if (connection !== undefined) {
      connection.claims = packet.username;
      connection.will = packet.will?.topic;
    }
    packet.clean = true;
    packet.clientId = `${packet.username ?? ""}:${packet.clientId === "" ? `#${++this.#unnamed}` : packet.clientId}`;
    done(null, true);
  };

  readonly authenticate: Hook<"authenticate"> = (client, user, password, done) => {
    const connection = this.#connections.get(client);
    if (connection === undefined) return done(denial(RETURN.unavailable, "connection without a guard"), false);
    const deny = (code: number, refusal: Refusal, detail: string) => {
      this.#options.refused(connection, refusal, detail);
      done(denial(code, `${user ?? connection.address} ${detail}`), false);
    };
    const verdict = this.#door({ user, password, loopback: connection.loopback });
    if (!verdict.ok && verdict.refusal === "unknown-user" && user !== undefined)
      this.#options.knocked?.({ user, password, address: connection.address });
    if (!verdict.ok) return deny(RETURN.badPassword, verdict.refusal, `${verdict.detail} (from ${connection.address})`);
    const grants = grantsOf(verdict.role, verdict.user, verdict.topics);
    const { will } = connection;
    if (will !== undefined && !grants.mayPublish(will)) {
      return deny(RETURN.notAuthorized, "foreign-topic", `gave a will for the foreign topic ${will}`);
    }
    if (verdict.role !== "tool" && this.#handlers.size === 0) {
      return deny(RETURN.unavailable, "not-ready", "came before any driver was ready");
    }
    if (this.#options.admission.isBusy(verdict.user)) {
      return deny(RETURN.unavailable, "busy", "came back while much of what it sent waits for its answer");
    }
    const identity = { user: verdict.user, clientId: client.id, grants };
    if (this.#options.admission.identify(connection, identity)) this.takeovers += 1;
    done(null, true);
  };

  readonly authorizePublish: Hook<"authorizePublish"> = (client, packet, done) => {
    const connection = client === null ? undefined : this.#connections.get(client);
    const identity = connection?.identity;
    if (connection === undefined || identity === undefined) return done(new RejectedError("nobody publishes"));
    // aedes publishes a will once its client is closed.
    if (client?.closed && !this.#isWillDue(connection)) return done(new RejectedError("the will is not due"));
    if (!identity.grants.mayPublish(packet.topic)) {
      this.#options.refused(connection, "foreign-topic", `published on the foreign topic ${packet.topic}`);
      return done(new RejectedError(`${identity.user} may not publish on ${packet.topic}`));
    }
    this.#offer(connection, identity.user, packet, done);
    if (client !== null && connection.answers.bytes <= AHEAD_BYTES) setImmediate(() => hearOn(client));
  };

  readonly authorizeSubscribe: Hook<"authorizeSubscribe"> = (client, subscription, done) => {
    const connection = this.#connections.get(client);
    const identity = connection?.identity;
    if (connection === undefined || identity === undefined) return done(new RejectedError("nobody subscribes"));
    const { topic } = subscription;
    if (identity.grants.maySubscribe(topic)) return done(null, subscription);
    // A failure in the SUBACK: its own branch is not foreign.
    if (identity.grants.isOwn(topic)) return done(null, null);
    this.#options.refused(connection, "foreign-topic", `subscribed to the foreign topic ${topic}`);
    done(new RejectedError(`${identity.user} may not subscribe to ${topic}`));
  };

  /** False for a subscriber that does not read what it asked for, which is disconnected. */
  keepsUp(client: Client, maxBytes: number): boolean {
    const connection = this.#connections.get(client);
    if (connection === undefined || connection.outgoingBytes <= maxBytes) return connection !== undefined;
    connection.refuse("slow", `left over ${maxBytes} bytes unread`);
    return false;
  }

  /** What aedes found wrong by itself. */
  failed(client: Client, error: Error & { readonly code?: string; readonly errorCode?: number }): void {
    const connection = this.#connections.get(client);
    if (connection === undefined) return;
    if (error.errorCode === RETURN.badProtocol)
      this.#options.refused(connection, "protocol", "speaks another MQTT than 3.1 or 3.1.1");
    else if (error.message === "drain timeout")
      this.#options.refused(connection, "slow", "did not read what it was sent");
    else if (isMalformed(error))
      this.#options.refused(connection, "malformed", `sent malformed MQTT: ${error.message}`);
  }

  /** A will is due when the device is gone, not when it came back over another connection. */
  #isWillDue(connection: Connection): boolean {
    return !this.#stopping && this.#options.admission.isLast(connection);
  }

  #offer(connection: Connection, user: string, packet: PublishPacket, done: Answer): void {
    const { topic, qos } = packet;
    const payload = packet.payload as Buffer;
    const publish = { client: user, topic, payload, qos };
    for (const onlooker of this.#onlookers) onlooker(publish);
    const answered = this.#taken(publish);
    if (answered === undefined) {
      const refusal = this.#handlers.size === 0 ? "not-ready" : "unknown-user";
      this.#options.refused(connection, refusal, "belongs to no driver of this broker");
      done(new LinkError("refused", `no driver takes ${topic}`));
      return;
    }
    this.publishes += 1;
    this.#unanswered += 1;
    const bytes = packet.length ?? payload.length;
    const giveBack = connection.handOver(bytes);
    const settle = this.#options.admission.owe(user, bytes);
    const ready = connection.answers.enter((error) => {
      giveBack();
      settle();
      done(error);
      this.#unanswered -= 1;
      if (this.#unanswered === 0) this.#whenIdle();
    }, bytes);
    answered.then(
      () => {
        keepOnlyStatus(packet, connection.identity?.grants.mayRetain(topic) === true);
        ready();
      },
      (cause: unknown) => ready(new LinkError("closed", `${topic} is not stored`, { cause })),
    );
  }

  /** A driver that is wrong costs itself this message, and not the gateway its life. */
  #taken(publish: LocalPublish): Promise<void> | undefined {
    try {
      return this.#take(publish);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  /** A publish belongs to the first driver that takes it. */
  #take(publish: LocalPublish): Promise<void> | undefined {
    for (const handler of this.#handlers) {
      const answered = handler(publish);
      if (answered !== undefined) return answered;
    }
    return undefined;
  }
}

/**
 * aedes hears no further packet of a client before it has answered all it has read. A device whose readings wait for the disk must be heard on: its next
 * word may be a fire, or that it has opened the door. One call too many does no harm: aedes counts to nought and no further.
 */
function hearOn(client: Client): void {
  if (!client.closed) (client as Client & { readonly _nextBatch?: () => void })._nextBatch?.();
}

/** aedes retains what it is told to; of what devices publish, only their status is. */
function keepOnlyStatus(packet: PublishPacket, mayRetain: boolean): void {
  if (mayRetain && packet.payload.length <= MAX_RETAINED_BYTES) return;
  packet.retain = false;
  packet.payload = EMPTY;
}

function denial(returnCode: number, message: string): RejectedError & { returnCode: number } {
  return Object.assign(new RejectedError(message), { returnCode });
}

const NOT_MALFORMED: readonly string[] = ["keep alive timeout", "connection closed", "packet received not valid"];

function isMalformed(error: Error & { readonly code?: string; readonly errorCode?: number }): boolean {
  if (error instanceof RejectedError || error instanceof LinkError) return false;
  return error.code === undefined && error.errorCode === undefined && !NOT_MALFORMED.includes(error.message);
}
