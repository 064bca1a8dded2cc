/** One connection to a platform's MQTT broker: MQTT.js as the wire client and nothing more, no reconnect and no store of its own. */
import { Socket } from "node:net";
import { type Clock, LinkError } from "@gatehouse/protocol";
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from "mqtt";
import type { ClientTls } from "./client-tls.ts";
import { failAfter } from "./deadline.ts";
import { linkFailure } from "./link-failure.ts";
import { lookupOf } from "./outbound-address.ts";
import { UnderWay } from "./under-way.ts";

/** The protocol level of CONNECT: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

export interface LinkOptions {
  readonly url: URL;
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: Buffer | undefined;
  readonly tls: ClientTls;
  readonly allowPrivate?: boolean | undefined;
  readonly keepaliveSeconds: number;
  /** What the broker publishes when the connection breaks. */
  readonly will?: { readonly topic: string; readonly payload: Buffer; readonly qos: 0 | 1; readonly retain: boolean };
  readonly clock: Clock;
  /** For the connection to stand, CONNACK included, and for each SUBACK, ms of real time. */
  readonly answerMs: number;
  onMessage(topic: string, payload: Buffer): void;
}

/** What the broker takes (MQTT 5, sections 3.2.2.3.3 and 3.2.2.3.6); before MQTT 5 it does not say. */
export interface LinkLimits {
  /** Publishes without an acknowledgement. */
  readonly receiveMaximum: number;
  /** Bytes of a packet. */
  readonly maximumPacketSize: number;
}

export interface MqttLink {
  readonly version: MqttVersion;
  /** Rejects with a LinkError when the connection is gone; never resolves. */
  readonly lost: Promise<never>;
  readonly limits: LinkLimits;
  /**
   * QoS 1 unless said otherwise. Resolves with the reason code of the PUBACK, 0 before MQTT 5, and with QoS 0 when it is written. Throws
   * LinkError when the link is lost first.
   */
  publish(topic: string, payload: string | Buffer, options: IClientPublishOptions): Promise<number>;
  /** False when the broker refuses. Throws LinkError when it does not answer. */
  subscribe(topic: string): Promise<boolean>;
  close(): void;
  /** Says DISCONNECT behind all that was published: the will is then published by brokers of MQTT 5 alone. Resolves when it is said. */
  leave(): Promise<void>;
}

/** Reason codes from here on are refusals (MQTT 5, section 2.4). */
export const FIRST_REFUSAL = 0x80;
/** The broker took the message, and nobody was there to get it (MQTT 5, section 3.4.2.1). */
export const NO_SUBSCRIBERS = 0x10;
const NO_LIMITS: LinkLimits = { receiveMaximum: 65_535, maximumPacketSize: Number.POSITIVE_INFINITY };

/** Resolves when the broker has accepted the connection, or with the error when it seems not to speak this version. Throws LinkError. */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<MqttLink | LinkError> {
  const { url, clock, answerMs } = options;
  const opened = Promise.withResolvers<LinkLimits>();
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
  const wire = begin(what, options);
  const { client } = wire;
  client.on("connect", ({ properties }) => opened.resolve({ ...NO_LIMITS, ...properties }));
  client.on("error", (cause) => fail(linkFailure(what, cause)));
  client.on("disconnect", ({ reasonCode }) =>
    fail(new LinkError("closed", `${what}: the broker closed, reason ${reasonCode}`)),
  );
  client.on("close", () => fail(new LinkError("closed", `${what}: the broker closed the connection`)));
  client.on("message", (topic, payload) => options.onMessage(topic, payload));
  const cancel = failAfter({ clock, ms: answerMs, what, signals: [signal] }, fail);
  try {
    const limits = await opened.promise;
    return {
      version: options.version,
      lost: lost.promise,
      limits,
      publish: (topic, payload, publishOptions) => {
        const answer = publish(wire, topic, payload, publishOptions);
        return underWay.wait(answer);
      },
      subscribe: (topic) => subscribe(client, topic, { clock, answerMs, what, lost: lost.promise }),
      close: () => {
        fail(new LinkError("closed", `${what}: closed`));
        client.end(true);
      },
      leave: () => leave(client, options.version),
    };
  } catch (error) {
    client.end(true);
    if (error instanceof LinkError && !signal.aborted && isForeign(error, options.version)) return error;
    throw error;
  } finally {
    cancel();
  }
}

interface Wire {
  readonly client: MqttClient;
  /** Ids of messages that nobody got; MQTT.js keeps that to itself when it says that they were acknowledged. */
  readonly unheard: Set<number>;
}

/** A client certificate that cannot be used throws here. */
function begin(what: string, options: LinkOptions): Wire {
  let client: MqttClient;
  try {
    client = connect(options.url.href, clientOptions(options));
  } catch (cause) {
    throw linkFailure(what, cause);
  }
  // Without it an alert waits behind the acknowledgement of what was sent before, up to 40 ms.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  const unheard = new Set<number>();
  client.on("packetreceive", (packet) => {
    if (packet.cmd === "puback" && packet.reasonCode === NO_SUBSCRIBERS) unheard.add(packet.messageId ?? 0);
  });
  return { client, unheard };
}

const UNACCEPTABLE_VERSION = 1;
const UNSUPPORTED_VERSION = 0x84;

/**
 * True when the answer to CONNECT is that of a broker which does not speak the version. Return codes below 0x80 are those of MQTT 3.1.1
 * (section 3.2.2.3), which a broker of MQTT 5 never refuses with; others just close the connection (MQTT 5, section 3.1.2.2 allows it).
 */
function isForeign({ code, cause }: LinkError, version: MqttVersion): boolean {
  const answer = (cause as { readonly code?: unknown } | undefined)?.code;
  if (typeof answer !== "number") return code === "closed";
  return answer === UNACCEPTABLE_VERSION || answer === UNSUPPORTED_VERSION || (version === 5 && answer < FIRST_REFUSAL);
}

function clientOptions(options: LinkOptions): IClientOptions {
  const { url, version, clientId, username, password, tls, allowPrivate, keepaliveSeconds, answerMs, will } = options;
  return {
    protocolVersion: version,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    ...lookupOf(url, allowPrivate),
    keepalive: keepaliveSeconds,
    connectTimeout: answerMs,
    clean: true,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: "native",
    ...(will === undefined ? {} : { will }),
  };
}

/** Disconnect with Will Message (MQTT 5, section 3.14.2.1). */
const WITH_WILL = 0x04;

/** Resolves when the system has the bytes: the broker may take its time to close. */
function leave(client: MqttClient, version: MqttVersion): Promise<void> {
  if (!client.connected) return Promise.resolve();
  return new Promise((resolve) => {
    client.stream.once("finish", resolve);
    client.stream.once("close", resolve);
    client.end(false, version === 5 ? { reasonCode: WITH_WILL } : {});
  });
}

function publish(
  { client, unheard }: Wire,
  topic: string,
  payload: string | Buffer,
  options: IClientPublishOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    client.publish(topic, payload, { qos: 1, ...options }, (error, packet) => {
      const code = error && "code" in error ? error.code : undefined;
      if (!error) resolve(unheard.delete(packet?.messageId ?? 0) ? NO_SUBSCRIBERS : 0);
      else if (typeof code === "number" && code >= FIRST_REFUSAL) resolve(code);
      else reject(linkFailure(`mqtt publish on ${topic}`, error));
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
