/** One connection to a platform's MQTT broker: MQTT.js as the wire client and nothing more, no reconnect and no store of its own. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from "mqtt";
import { failAfter } from "./deadline.ts";

export interface LinkOptions {
  readonly url: URL;
  readonly version: 4 | 5;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: Buffer | undefined;
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly keepaliveSeconds: number;
  readonly clock: Clock;
  /** For the connection to stand, CONNACK included, and for each SUBACK, ms of real time. */
  readonly answerMs: number;
  onMessage(topic: string, payload: Buffer): void;
}

export interface MqttLink {
  /** Rejects with a LinkError when the connection is gone; never resolves. */
  readonly lost: Promise<never>;
  /** The broker's Receive Maximum (MQTT 5, section 3.2.2.3.3). */
  readonly receiveMaximum: number;
  /** Resolves with the reason code of the PUBACK, 0 before MQTT 5. Throws LinkError when the link is lost first. */
  publish(topic: string, text: string, options: IClientPublishOptions): Promise<number>;
  /** False when the broker refuses. Throws LinkError when it does not answer. */
  subscribe(topic: string): Promise<boolean>;
  close(): void;
}

/** Reason codes from here on are refusals (MQTT 5, section 2.4). */
export const FIRST_REFUSAL = 0x80;
const RECEIVE_MAXIMUM = 65_535;

/** Resolves when the broker has accepted the connection. Throws LinkError. */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<MqttLink> {
  const { url, clock, answerMs } = options;
  const opened = Promise.withResolvers<number>();
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const what = `mqtt ${url.host}`;
  const underWay = new UnderWay(options, () =>
    fail(new LinkError("timeout", `${what}: no acknowledgement within ${answerMs} ms`)),
  );
  const fail = (error: LinkError) => {
    opened.reject(error);
    lost.reject(error);
    underWay.fail(error);
  };
  const client = connect(url.href, clientOptions(options));
  client.on("connect", ({ properties }) => opened.resolve(properties?.receiveMaximum ?? RECEIVE_MAXIMUM));
  client.on("error", (cause) => fail(explain(what, cause)));
  client.on("disconnect", ({ reasonCode }) =>
    fail(new LinkError("closed", `${what}: the broker closed, reason ${reasonCode}`)),
  );
  client.on("close", () => fail(new LinkError("closed", `${what}: the connection was lost`)));
  client.on("message", (topic, payload) => options.onMessage(topic, payload));
  const cancel = failAfter({ clock, ms: answerMs, what, signals: [signal] }, fail);
  try {
    const receiveMaximum = await opened.promise;
    return {
      lost: lost.promise,
      receiveMaximum,
      publish: (topic, text, publishOptions) => {
        const answer = publish(client, topic, text, publishOptions);
        return underWay.wait(answer);
      },
      subscribe: (topic) => subscribe(client, topic, { clock, answerMs, what, lost: lost.promise }),
      close: () => {
        fail(new LinkError("closed", `${what}: closed`));
        client.end(true);
      },
    };
  } catch (error) {
    client.end(true);
    throw error;
  } finally {
    cancel();
  }
}

/** Publishes without an answer yet: they fail together when the link is lost, and it counts as lost when nothing comes back. */
class UnderWay {
  readonly #options: LinkOptions;
  readonly #silent: () => void;
  readonly #rejects = new Set<(error: LinkError) => void>();
  #lost: LinkError | undefined;
  #cancel: () => void = () => {};

  constructor(options: LinkOptions, silent: () => void) {
    this.#options = options;
    this.#silent = silent;
  }

  async wait<T>(answer: Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#rejects.add(reject);
    if (this.#rejects.size === 1) this.#rearm();
    answer.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#rejects.delete(reject);
      this.#rearm();
    }
  }

  fail(error: LinkError): void {
    this.#lost ??= error;
    for (const reject of this.#rejects) reject(error);
  }

  #rearm(): void {
    this.#cancel();
    if (this.#rejects.size > 0) this.#cancel = this.#options.clock.after(this.#options.answerMs, this.#silent);
  }
}

function clientOptions(options: LinkOptions): IClientOptions {
  const { version, clientId, username, password, tls, keepaliveSeconds, answerMs } = options;
  return {
    protocolVersion: version,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    keepalive: keepaliveSeconds,
    connectTimeout: answerMs,
    clean: true,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: "native",
  };
}

function publish(client: MqttClient, topic: string, text: string, options: IClientPublishOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    client.publish(topic, text, { ...options, qos: 1 }, (error, packet) => {
      const code = error && "code" in error ? error.code : undefined;
      if (!error) resolve(packet !== undefined && "reasonCode" in packet ? (packet.reasonCode ?? 0) : 0);
      else if (typeof code === "number" && code >= FIRST_REFUSAL) resolve(code);
      else reject(explain(`mqtt publish on ${topic}`, error));
    });
  });
}

interface Asking {
  readonly clock: Clock;
  readonly answerMs: number;
  readonly what: string;
  readonly lost: Promise<never>;
}

async function subscribe(client: MqttClient, topic: string, { clock, answerMs, what, lost }: Asking): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const cancel = failAfter({ clock, ms: answerMs, what: `${what}: subscribing to ${topic}`, signals: [] }, reject);
  client.subscribe(topic, { qos: 1 }, (error, granted) =>
    resolve(!error && (granted ?? []).every(({ qos }) => qos < FIRST_REFUSAL)),
  );
  try {
    return await Promise.race([promise, lost]);
  } finally {
    cancel();
  }
}

const NOBODY: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"];

function explain(what: string, cause: Error & { readonly code?: unknown }): LinkError {
  const { code } = cause;
  const refused =
    typeof code === "number" || NOBODY.includes(String(code)) || /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(String(code));
  return new LinkError(refused ? "refused" : "closed", `${what}: ${cause.message}`, { cause });
}
