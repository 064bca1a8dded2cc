/** A gateway without its broker, drivers and console: core, store, outbox and one uplink, as the composition root puts them together. */
import type { Clock } from "@gatehouse/protocol";
import { Core } from "../core/core.ts";
import { readingEvent } from "../core/events.ts";
import { HealthBoard } from "../core/health.ts";
import type { CoreConfig } from "../core/model.ts";
import { Outbox, runUplink } from "../core/outbox.ts";
import type { Rejection, Uplink, UplinkDeps } from "../core/ports.ts";
import { supervise } from "../core/supervise.ts";
import { openStore } from "../store/store.ts";
import { MemoryLog } from "./log.ts";

export interface LightGatewayOptions {
  /** Of its store. */
  readonly dir: string;
  readonly config: CoreConfig;
  readonly makeUplink: (deps: UplinkDeps) => Uplink;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface LightGateway {
  readonly id: string;
  /** Resolves when they are on disk, as a device's acknowledgement would. */
  accept(readings: readonly unknown[]): Promise<readonly Rejection[]>;
  /** Events about alerts that are on disk. */
  readonly alerts: number;
  /** How often the uplink's link was made. */
  readonly links: number;
  /** Items that wait for the platform's answer. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

const UPLINK = "town";
const DRIVER = "mqtt";

export async function openLightGateway(options: LightGatewayOptions): Promise<LightGateway> {
  const { dir, config, makeUplink, clock, random } = options;
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const id = config.site.gateway?.id ?? config.site.site.id;
  const store = await openStore({ dir, budgetBytes: 1e9, ballastBytes: 0, log, health, clock });
  const compose = (entry: Parameters<typeof readingEvent>[1]) => readingEvent(id, entry, "strip");
  const nextSequence = store.recovered.nextSequence.get(UPLINK) ?? 1;
  const outbox = new Outbox({ uplink: UPLINK, store, clock, log, health, nextSequence, compose, random });
  const core = await Core.open({
    store,
    clock,
    log,
    health,
    config,
    targets: [{ id: UPLINK, outbox, readings: true, filter: undefined }],
    pseudonym: (credential) => credential,
    bootId: "light",
    installation: id,
    onFatal: (error) => {
      throw error;
    },
  });
  let [alerts, links] = [0, 0];
  core.onChange((change) => {
    alerts += change.alerts.length;
  });
  const stop = new AbortController();
  const make = (up: () => void) => {
    links += 1;
    const uplink = makeUplink({ clock, log, gateway: id, secret: () => Buffer.alloc(0) });
    return { id: UPLINK, run: (signal: AbortSignal) => runUplink(outbox, uplink, up, signal) };
  };
  const supervised = { id: UPLINK, make, clock, log, health, downCode: "uplink-down" as const, random };
  const running = Promise.all([core.run(stop.signal), supervise(supervised, stop.signal)]);
  return {
    id,
    accept: core.acceptFor(DRIVER),
    get alerts() {
      return alerts;
    },
    get links() {
      return links;
    },
    waiting: async () => (await store.stats()).backlog.reduce((sum, { count }) => sum + count, 0),
    close: async () => {
      stop.abort();
      await running;
      await store.close();
    },
  };
}
