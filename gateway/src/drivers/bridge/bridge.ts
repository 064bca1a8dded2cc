/** The way to a program that speaks for devices: over the gateway's own broker, or as a client of another one. */
import { LinkError } from "@gatehouse/protocol";
import type { DriverDeps } from "../../core/ports.ts";
import type { BridgeConfig } from "./config.ts";

export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker kept it: it may be old. */
  readonly retained: boolean;
  /** Above 0 the sender waits for an acknowledgement. */
  readonly qos: number;
}

export interface Bridge {
  /** QoS 1 and not retained unless said otherwise. Throws LinkError. */
  publish(topic: string, payload: string | Buffer, how?: PublishHow): Promise<void>;
  /** Hears these topics too, from now on. */
  listen(topics: Iterable<string>): void;
}

export interface PublishHow {
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
}

export interface BridgeOptions {
  readonly id: string;
  readonly config: BridgeConfig;
  readonly deps: Pick<DriverDeps, "broker" | "clock" | "secret" | "log">;
  /** Each `NAME/#`. */
  readonly branches: readonly string[];
  /** In order. The message is acknowledged when it resolves. Undefined: none of ours. */
  hear(heard: Heard): Promise<void> | undefined;
  /** What a broker that is not ours publishes for us when the connection breaks, retained with QoS 1; our own breaks with the gateway. */
  readonly will?: { readonly topic: string; readonly payload: string };
  /** The way is open. */
  ready(bridge: Bridge): void;
  /** Before an intended end; waited for a moment. */
  readonly farewell?: (bridge: Bridge) => Promise<void>;
}

/** Runs until the signal aborts. Throws LinkError when the way is lost or cannot be had. */
export async function runBridge(options: BridgeOptions, signal: AbortSignal): Promise<void> {
  const { config, deps, branches, hear, ready } = options;
  if (config.url !== undefined) {
    // MQTT.js costs memory, and only a driver with a broker of its own needs it.
    const { runForeignBroker } = await import("./foreign-broker.ts");
    return runForeignBroker({ ...options, url: config.url }, signal);
  }
  if (signal.aborted) return;
  // What is announced is anybody's word: it must not take messages that belong to another driver.
  const within = (topic: string) => branches.some((branch) => topic.startsWith(branch.slice(0, -1)));
  const detach = deps.broker.onPublish(({ topic, payload, qos }) =>
    within(topic) ? hear({ topic, payload, retained: false, qos }) : undefined,
  );
  let isOpen = true;
  const bridge: Bridge = {
    publish: (topic, payload, how) => {
      if (!isOpen) return Promise.reject(new LinkError("closed", `${topic} is not published: the driver ended`));
      return deps.broker.publish(topic, payload, { qos: 1, ...how });
    },
    listen: () => {},
  };
  ready(bridge);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await options.farewell?.(bridge).catch((err: unknown) => deps.log.debug({ err }, "nobody heard the farewell"));
  isOpen = false;
  detach();
}
