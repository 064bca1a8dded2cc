/** The connection of a simulated bridge to a broker: MQTT.js without its reconnect. */
import { LinkError } from "@gatehouse/protocol";
import mqtt from "mqtt";
import type { Publish } from "./zigbee-bridge.ts";

export interface BridgeClientOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Called for what comes on the topics subscribed to. */
  hear(topic: string, payload: string): void;
}

export interface BridgeClient {
  readonly publish: Publish;
  subscribe(topics: readonly string[]): Promise<void>;
  /** Aborts without a goodbye. */
  drop(): void;
  close(): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
}

/** Throws LinkError when the broker does not take it. */
export async function connectBridge({ url, username, password, hear }: BridgeClientOptions): Promise<BridgeClient> {
  const account = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  const client = await mqtt
    .connectAsync(url, { ...account, reconnectPeriod: 0, protocolVersion: 4 })
    .catch((cause: Error) => {
      throw new LinkError("refused", `${url}: ${cause.message}`, { cause });
    });
  client.on("error", () => {});
  client.on("message", (topic, payload) => hear(topic, payload.toString("utf8")));
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  return {
    publish: async (topic, payload, options) => {
      await client.publishAsync(topic, payload, options);
    },
    subscribe: async (topics) => {
      await client.subscribeAsync([...topics], { qos: 1 });
    },
    drop: () => client.stream.destroy(),
    close: () => client.endAsync(true),
    closed,
  };
}
