/** One connection to a platform's NATS server: the official client as the wire client and nothing more, no reconnect of its own. */
import { checkServerIdentity } from "node:tls";
import { type Clock, LinkError } from "@gatehouse/protocol";
import { JetStreamApiError, type JetStreamClient, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type Authenticator, connect, errors, headers, type NatsConnection } from "@nats-io/transport-node";
import type { ClientTls } from "./client-tls.ts";
import { failAfter } from "./deadline.ts";
import { linkFailure } from "./link-failure.ts";
import { hostOf, portOf } from "./nats-server.ts";
import type { Outcome } from "./outcomes.ts";
import { UnderWay } from "./under-way.ts";

export interface NatsLinkOptions {
  readonly url: URL;
  readonly name: string;
  /** Prefix of the subjects on which answers come. */
  readonly inbox: string;
  readonly authenticator: Authenticator | undefined;
  readonly tls: ClientTls;
  readonly clock: Clock;
  /** For the connection to stand, and without any acknowledgement while some are owed, ms of real time. */
  readonly answerMs: number;
}

export interface NatsLink {
  /** Rejects with a LinkError when the connection is gone; never resolves. */
  readonly lost: Promise<never>;
  /** Resolves with what JetStream answers, a duplicate being accepted. Throws LinkError when it cannot take anything now, or the link is lost. */
  publish(subject: string, id: string, text: string): Promise<Outcome>;
  /** `refused` is called when the server does not allow it. */
  subscribe(subject: string, onText: (text: string) => void, refused: () => void): void;
  close(): void;
}

const PING_MS = 15_000;
/** Longer than any deadline of ours; the library insists on one. */
const NEVER_MS = 86_400_000;
const DIAGNOSIS_MS = 2_000;

/** Refusals of this one message: it, or its headers, are larger than the stream takes (JetStream API errors). */
const POISON: readonly number[] = [10_054, 10_097];

/** Throws LinkError. */
export async function openNatsLink(options: NatsLinkOptions, signal: AbortSignal): Promise<NatsLink> {
  const { url, clock, answerMs } = options;
  const what = `nats ${url.host}`;
  const opened = Promise.withResolvers<NatsConnection>();
  const cancel = failAfter({ clock, ms: answerMs, what, signals: [signal] }, opened.reject);
  const connecting = connectTo(options);
  connecting.then(opened.resolve, (error) => opened.reject(failureOf(what, error)));
  try {
    return new Link(await opened.promise, options, what);
  } catch (error) {
    connecting.then((late) => late.close()).catch(() => {});
    throw error;
  } finally {
    cancel();
  }
}

function connectTo({ url, name, inbox, authenticator, tls, answerMs }: NatsLinkOptions): Promise<NatsConnection> {
  const host = hostOf(url);
  // The library hands these on to node:tls; its own type knows only strings.
  const secure = {
    ...tls,
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(host, certificate),
  };
  return connect({
    servers: [`${url.hostname}:${portOf(url)}`],
    name,
    inboxPrefix: inbox,
    ...(authenticator === undefined ? {} : { authenticator }),
    tls: url.protocol === "tls:" ? (secure as object) : null,
    timeout: answerMs,
    pingInterval: PING_MS,
    maxPingOut: 2,
    reconnect: false,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
  });
}

class Link implements NatsLink {
  readonly lost: Promise<never>;
  readonly #connection: NatsConnection;
  readonly #jetstream: JetStreamClient;
  readonly #what: string;
  readonly #underWay: UnderWay;
  readonly #fail: (error: LinkError) => void;

  constructor(connection: NatsConnection, options: NatsLinkOptions, what: string) {
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    this.lost = lost.promise;
    this.#connection = connection;
    this.#jetstream = jetstream(connection);
    this.#what = what;
    const silent = () => this.#fail(new LinkError("timeout", `${what}: ${silence(options.answerMs)}`));
    this.#underWay = new UnderWay(options, silent);
    this.#fail = (error) => {
      lost.reject(error);
      this.#underWay.fail(error);
    };
    const ended = (cause: unknown) =>
      this.#fail(failureOf(what, cause ?? new LinkError("closed", `${what}: the server closed the connection`)));
    connection.closed().then(ended, ended);
  }

  async publish(subject: string, id: string, text: string): Promise<Outcome> {
    const attributes = headers();
    attributes.set("Content-Type", "application/cloudevents+json");
    attributes.set("Nats-Msg-Id", id);
    const bytes = Buffer.byteLength(text) + Buffer.byteLength(id) + HEADER_BYTES;
    const max = this.#connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (bytes > max) return { accepted: false, reason: `${bytes} bytes, the server takes ${max} at the most` };
    try {
      await this.#underWay.wait(this.#jetstream.publish(subject, text, { headers: attributes, timeout: NEVER_MS }));
      return { accepted: true };
    } catch (error) {
      if (error instanceof JetStreamApiError && POISON.includes(error.code)) {
        return { accepted: false, reason: error.message };
      }
      throw await this.#refusalOf(subject, error);
    }
  }

  subscribe(subject: string, onText: (text: string) => void, refused: () => void): void {
    this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onText(message.string());
        else refused();
      },
    });
  }

  close(): void {
    this.#fail(new LinkError("closed", `${this.#what}: closed`));
    this.#connection.close().catch(() => {});
  }

  async #refusalOf(subject: string, error: unknown): Promise<LinkError> {
    if (error instanceof LinkError) return error;
    if ((error as Error).cause instanceof errors.PermissionViolationError) {
      const advice = "allow this user to publish there, in the server's permissions";
      return new LinkError("refused", `${this.#what}: the server refuses to take ${subject} (${advice})`);
    }
    if (error instanceof JetStreamApiError) {
      return new LinkError("refused", `${this.#what}: JetStream takes nothing on ${subject}: ${error.message}`);
    }
    if ((error as Error).name !== "JetStreamNotEnabled") return failureOf(this.#what, error);
    return new LinkError("refused", `${this.#what}: ${await this.#whyNobodyAnswers(subject)}`);
  }

  async #whyNobodyAnswers(subject: string): Promise<string> {
    try {
      const js = await jetstreamManager(this.#connection, { checkAPI: false, timeout: DIAGNOSIS_MS });
      const stream = await js.streams.find(subject);
      return `stream ${stream} has no leader at present, most of its servers must be up`;
    } catch (error) {
      if (error instanceof JetStreamApiError) {
        return `no stream takes ${subject}: create one on the server whose subjects cover it, for example with docs/town`;
      }
      return `nobody takes ${subject}: JetStream is not enabled there, or has no leader at present`;
    }
  }
}

const silence = (ms: number) => `no acknowledgement within ${ms} ms`;

/** The version line, the names and line ends around both headers. */
const HEADER_BYTES = 90;

function failureOf(what: string, error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const advice = "check `nkey`, `creds`, or `username` and `password`";
    return new LinkError("refused", `${what}: ${error.message} (${advice})`, { cause: error });
  }
  const { cause } = error as Error;
  return linkFailure(what, cause instanceof Error ? cause : error, "servers");
}
