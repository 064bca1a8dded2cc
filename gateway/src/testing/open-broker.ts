/** A real broker on a free port of loopback, for tests beside it and across workspaces. */
import { type Clock, systemClock } from "@gatehouse/protocol";
import type { BrokerAccount } from "../broker/accounts.ts";
import { type Broker, type BrokerConfig, type BrokerOptions, createBroker } from "../broker/broker.ts";
import type { BrokerLimits } from "../broker/limits.ts";
import { HealthBoard } from "../core/health.ts";
import type { LocalPublish } from "../core/ports.ts";
import { MemoryLog } from "./log.ts";

export interface OpenBrokerOptions {
  readonly clock?: Clock;
  readonly accounts?: ReadonlyMap<string, BrokerAccount>;
  readonly limits?: Partial<BrokerLimits>;
  readonly tls?: BrokerConfig["tls"];
  readonly knocked?: BrokerOptions["knocked"];
  /** Users who come in over loopback without a password. */
  readonly devices?: readonly string[];
  /** Default: every publish is acknowledged at once. `none`: no driver is attached. */
  readonly onPublish?: ((publish: LocalPublish) => Promise<void> | undefined) | "none";
}

export interface OpenBroker {
  readonly broker: Broker;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly health: HealthBoard;
  readonly publishes: LocalPublish[];
  /** `code subject` of what is raised now. */
  codes(): string[];
  /** Aborts and resolves when the broker has ended. */
  close(): Promise<void>;
  /** Aborts and does not wait. */
  abort(): void;
  readonly ended: Promise<void>;
}

export async function openBroker(options: OpenBrokerOptions = {}): Promise<OpenBroker> {
  const { clock = systemClock, limits, tls, devices = ["lock-302", "count-302"] } = options;
  const health = new HealthBoard(clock);
  const anonymous = devices.map((device): [string, BrokerAccount] => [device, { password: undefined, role: "device" }]);
  const broker = createBroker({
    config: { listen: "127.0.0.1:0", tls, anonymousLoopback: true },
    accounts: new Map([...anonymous, ...(options.accounts ?? [])]),
    clock,
    log: new MemoryLog(),
    health,
    limits,
    ...(options.knocked === undefined ? {} : { knocked: options.knocked }),
  });
  const publishes: LocalPublish[] = [];
  const { onPublish = () => Promise.resolve() } = options;
  if (onPublish !== "none") {
    broker.onPublish((publish) => {
      publishes.push(publish);
      return onPublish(publish);
    });
  }
  const stop = new AbortController();
  const ended = broker.run(stop.signal);
  const listening = await broker.listening;
  return {
    broker,
    port: listening.find((listener) => !listener.tls)?.port ?? 0,
    tlsPort: listening.find((listener) => listener.tls)?.port,
    health,
    publishes,
    codes: () => health.entries.map(({ code, subject }) => `${code} ${subject}`),
    close: () => {
      stop.abort();
      return ended;
    },
    abort: () => stop.abort(),
    ended,
  };
}
