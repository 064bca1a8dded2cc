/** The way to a program that speaks for devices: over the gateway's own broker, or as a client of another one. */
import { LinkError } from "@gatehouse/protocol";
import type { DriverDeps } from "../../core/ports.ts";
import type { BridgeConfig } from "./config.ts";

export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker kept it: it may be old. */
  readonly retained: boolean;
}

export interface Bridge {
  /** Throws LinkError. */
  publish(topic: string, payload: string): Promise<void>;
}

export interface BridgeOptions {
  readonly id: string;
  readonly config: BridgeConfig;
  readonly deps: Pick<DriverDeps, "broker" | "clock" | "secret" | "log">;
  /** Each `NAME/#`. */
  readonly branches: readonly string[];
  /** In order. The message is acknowledged when it resolves. Undefined: none of ours. */
  hear(heard: Heard): Promise<void> | undefined;
  /** The way is open. */
  ready(bridge: Bridge): void;
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
  const within = (topic: string) => branches.some((branch) => topic.startsWith(branch.slice(0, -1)));
  const detach = deps.broker.onPublish(({ topic, payload }) =>
    within(topic) ? hear({ topic, payload, retained: false }) : undefined,
  );
  let isOpen = true;
  ready({
    publish: (topic, payload) => {
      if (!isOpen) return Promise.reject(new LinkError("closed", `${topic} is not published: the driver ended`));
      return deps.broker.publish(topic, payload, { qos: 1 });
    },
  });
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  isOpen = false;
  detach();
}
