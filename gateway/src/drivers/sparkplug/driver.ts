/** Driver of Sparkplug B devices: a host application that follows edge nodes on the gateway's own broker or another one. */
import {
  type CommandResult,
  type DeviceCommand,
  type EdgeNodeId,
  edgeNodeName,
  type HostEvent,
  hostSession,
  InvariantError,
  LinkError,
  RejectedError,
  SPARKPLUG_NAMESPACE,
  SparkplugHost,
  type SparkplugMessage,
  type SparkplugType,
} from "@gatehouse/protocol";
import { type CommandWay, type Driver, type DriverDeps, type DriverType, Unreadable } from "../../core/ports.ts";
import { AlarmMemory } from "../bridge/alarm-memory.ts";
import { type Bridge, type Heard, runBridge } from "../bridge/bridge.ts";
import { LockWishes } from "../bridge/lock-wishes.ts";
import { RelockMemory } from "../bridge/relock-memory.ts";
import { SparkplugConfig, SparkplugDevice } from "./config.ts";
import { Point } from "./point.ts";
import { proposal } from "./proposal.ts";
import { lockTold, lockValue } from "./switching.ts";

/** An edge node that said nothing so long after the start is asked for its births. */
const FIRST_ASK_MS = 2_000;
/** A device that was not born so long after the start is away. */
const FIRST_BIRTH_MS = 30_000;
/** Messages whose readings are not on disk yet; beyond it nothing more is heard. */
const MAX_UNDER_WAY = 512;

type LockMetric = NonNullable<ReturnType<Point["lock"]>>;

/** `GROUP/NODE` or `GROUP/NODE/DEVICE`. */
interface Address extends EdgeNodeId {
  readonly device: string | undefined;
}

class SparkplugDriver implements Driver {
  readonly id: string;
  readonly #config: SparkplugConfig;
  readonly #deps: DriverDeps;
  readonly #host: SparkplugHost;
  readonly #wishes: LockWishes;
  readonly #relocks: RelockMemory;
  readonly #calls: AlarmMemory;
  readonly #points = new Map<string, Point[]>();
  readonly #addresses = new Map<string, Address>();
  readonly #online = new Map<string, boolean>();
  readonly #alarms = new Set<() => void>();
  readonly #broken = Promise.withResolvers<never>();
  #bridge: Bridge | undefined;
  #cancelDue: () => void = () => {};
  #underWay = 0;
  #leaving = false;
  #used = false;

  constructor(id: string, config: SparkplugConfig, deps: DriverDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#host = new SparkplugHost({ reorderMs: config.reorderMs });
    this.#relocks = new RelockMemory(deps.vault, deps.log);
    this.#wishes = new LockWishes(deps.clock, this.#relocks);
    this.#calls = new AlarmMemory(deps.vault, deps.log);
    const pointDeps = { pseudonym: deps.pseudonym, calls: this.#calls };
    this.#broken.promise.catch(() => {});
    for (const device of deps.devices) {
      const { address, metrics } = SparkplugDevice.parse({ address: device["address"], metrics: device["metrics"] });
      const [group = "", node = "", of] = address.split("/");
      this.#addresses.set(device.id, { group, node, device: of });
      this.#points.set(address, [...(this.#points.get(address) ?? []), new Point(device, metrics, pointDeps)]);
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    await this.#relocks.read();
    await this.#calls.read();
    if (signal.aborted) return;
    const { groups, host } = this.#config;
    const session = hostSession(host, this.#deps.clock.nowMs());
    const groupBranches = groups?.map((group) => `${SPARKPLUG_NAMESPACE}/${group}/#`);
    const branches =
      groupBranches === undefined ? [`${SPARKPLUG_NAMESPACE}/#`] : [`${session.will.topic}/#`, ...groupBranches];
    const say = (bridge: Bridge, { topic, payload }: { topic: string; payload: string }) =>
      bridge.publish(topic, payload, { qos: 1, retain: true });
    const hear = (heard: Heard) => {
      if (heard.topic !== session.will.topic) return this.#hear(heard);
      const bridge = this.#leaving ? undefined : this.#bridge;
      const again = session.answer(heard.payload);
      if (again !== undefined && bridge !== undefined) this.#send(say(bridge, again));
      return Promise.resolve();
    };
    const ready = (bridge: Bridge) => {
      this.#send(say(bridge, session.birth).then(() => this.#begin(bridge)));
    };
    const farewell = async (bridge: Bridge) => {
      this.#wishes.abandon(`driver ${this.id} ended`);
      await this.#wishes.lockAll();
      // Its own death comes back to it, and is not to be contradicted.
      this.#leaving = true;
      await say(bridge, session.death(this.#deps.clock.nowMs()));
    };
    const options = { id: this.id, config: this.#config, deps: this.#deps, branches, will: session.will, hear, ready };
    try {
      await Promise.race([runBridge({ ...options, farewell }, signal), this.#broken.promise]);
    } catch (error) {
      await this.#lost();
      throw error;
    } finally {
      this.#end();
    }
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult> {
    const address = this.#addresses.get(device);
    if (address === undefined) throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    const lock = this.#pointOf(device)?.lock();
    const born = lock === undefined ? undefined : this.#host.look(address, address.device)?.metrics.get(lock.name);
    const bridge = this.#bridge;
    if (bridge === undefined) throw new LinkError("refused", `driver ${this.id} has no connection`);
    if (lock === undefined || born === undefined) {
      if (this.#online.get(device) === undefined) throw new LinkError("refused", `${device} was not born yet`);
      throw new RejectedError(`${device} has no metric that locks: write \`metrics: { NAME: lock }\``);
    }
    if (way !== "release" && this.#online.get(device) === false) throw new LinkError("refused", `${device} is offline`);
    const write = (locked: boolean) => this.#writeLock(address, lock, born.type, locked);
    return this.#wishes.ask(device, command, write, { hold: way === "release", signal });
  }

  #writeLock(address: Address, { name, use }: LockMetric, type: SparkplugType, locked: boolean): Promise<void> {
    const bridge = this.#bridge;
    if (bridge === undefined) return Promise.reject(new LinkError("closed", `driver ${this.id} has no connection`));
    const value = lockValue(locked, use, type);
    return this.#publish(this.#host.write(address, address.device, name, value, this.#deps.clock.nowMs()), bridge);
  }

  /** The way is open: whoever stands in the site file is asked for births, should none come by themselves. */
  #begin(bridge: Bridge): void {
    this.#bridge = bridge;
    this.#after(FIRST_ASK_MS, () => {
      for (const { group, node } of this.#addresses.values())
        if (this.#host.look({ group, node }) === undefined)
          void this.#take(this.#host.ask({ group, node }, "no birth yet", this.#now()));
    });
    this.#after(FIRST_BIRTH_MS, () => {
      const unborn = this.#deps.devices.filter(({ id }) => !this.#online.has(id));
      void this.#take(
        undefined,
        this.#presence(
          unborn.map(({ id }) => id),
          false,
        ),
      );
    });
  }

  #hear({ topic, payload, qos }: Heard): Promise<void> | undefined {
    if (!topic.startsWith(`${SPARKPLUG_NAMESPACE}/`)) return undefined;
    const done = this.#take(this.#host.take(topic, payload, this.#now()));
    this.#arm();
    // Sparkplug's messages have QoS 0: nobody waits for an acknowledgement, only too many of them are not taken at once. Whoever does wait gets it after the disk.
    return qos > 0 || this.#underWay > MAX_UNDER_WAY ? done : Promise.resolve();
  }

  /** Readings of these events go to disk in order. */
  #take(events: readonly HostEvent[] = [], more: readonly unknown[] = []): Promise<void> {
    const items = [...events.flatMap((event) => this.#items(event)), ...more];
    const calls = this.#calls.take();
    if (items.length === 0) return this.#calls.keep(calls);
    this.#underWay += 1;
    const stored = this.#deps.accept(items).then(
      (rejections) => {
        this.#underWay -= 1;
        void this.#calls.keep(calls);
        if (rejections.length > 0)
          this.#deps.log.debug({ count: rejections.length, first: rejections[0] }, "readings rejected");
      },
      (cause: unknown) => {
        this.#underWay -= 1;
        this.#broken.reject(new LinkError("closed", `driver ${this.id}: readings were not stored`, { cause }));
      },
    );
    return stored;
  }

  #items(event: HostEvent): readonly unknown[] {
    const { log, health } = this.#deps;
    switch (event.kind) {
      case "birth":
        return this.#birth(event);
      case "data": {
        const points = this.#pointsAt(event);
        for (const point of points) this.#lockTold(point, event.metrics);
        return points.flatMap((point) => point.data(event.metrics));
      }
      case "death":
        log.info({ node: edgeNodeName(event.node), device: event.device, why: event.why }, "sparkplug device is gone");
        return this.#presence(
          this.#pointsAt(event).map(({ device }) => device.id),
          false,
        );
      case "rebirth":
        log.debug({ node: edgeNodeName(event.node), why: event.why }, "asking an edge node for its births");
        if (this.#bridge !== undefined) this.#send(this.#publish(event.message, this.#bridge));
        return [];
      case "gap":
        log.warn({ node: edgeNodeName(event.node), missing: event.missing }, "messages of an edge node are missing");
        for (const [id, { group, node }] of this.#addresses)
          if (group === event.node.group && node === event.node.node)
            health.raise(
              "readings-lost",
              id,
              `${event.missing} messages of its edge node never came: check the network`,
            );
        return [];
      case "problem":
        return this.#problem(event.topic, event.reason);
    }
  }

  #birth(event: Extract<HostEvent, { kind: "birth" }>): readonly unknown[] {
    const points = this.#pointsAt(event);
    const address = addressOf(event);
    const { found, health } = this.#deps;
    if (points.length === 0) {
      found.found(proposal(this.id, address, event.metrics));
      return [];
    }
    found.gone(this.id, address);
    return points.flatMap((point) => {
      const { id } = point.device;
      const { items, problem } = point.born(event.metrics);
      if (problem === undefined) health.clear("device-settings", id);
      else health.raise("device-settings", id, problem);
      health.clear("readings-lost", id);
      this.#lockTold(point, event.metrics);
      this.#lockLeftOpen(point, event);
      return [...this.#presence([id], true), ...items];
    });
  }

  #lockLeftOpen(point: Point, { node, device, metrics }: Extract<HostEvent, { kind: "birth" }>): void {
    const lock = point.lock();
    const type = metrics.find(({ name }) => name === lock?.name)?.type;
    if (lock === undefined || type === undefined) return;
    this.#wishes.born(point.device.id, () => this.#writeLock({ ...node, device }, lock, type, true));
  }

  #lockTold(point: Point, metrics: Extract<HostEvent, { kind: "data" }>["metrics"]): void {
    const told = lockTold(point.lock(), metrics);
    if (told !== undefined) this.#wishes.told(point.device.id, told);
  }

  /** What nobody of the site file sent is only logged. */
  #problem(topic: string, reason: string): readonly unknown[] {
    this.#deps.log.debug({ topic, reason }, "a sparkplug message cannot be read");
    const levels = topic.startsWith(`${SPARKPLUG_NAMESPACE}/`)
      ? topic.split("/").filter((_, level) => level !== 0 && level !== 2)
      : topic.split("/");
    const points = this.#points.get(levels.join("/")) ?? [];
    return points.map(({ device }) => new Unreadable(device.id, reason));
  }

  #presence(devices: readonly string[], online: boolean): readonly unknown[] {
    const changed = devices.filter((device) => this.#online.get(device) !== online);
    for (const device of changed) this.#online.set(device, online);
    return changed.map((device) => ({ device, kind: online ? "device.online" : "device.offline" }));
  }

  #pointsAt(event: { readonly node: EdgeNodeId; readonly device?: string | undefined }): readonly Point[] {
    return this.#points.get(addressOf(event)) ?? [];
  }

  #pointOf(id: string): Point | undefined {
    return [...this.#points.values()].flat().find(({ device }) => device.id === id);
  }

  #publish({ topic, payload }: SparkplugMessage, bridge: Bridge): Promise<void> {
    return bridge.publish(topic, Buffer.from(payload), { qos: 0 });
  }

  /** A word that cannot be said ends the life of this driver, which the broken connection does anyway. */
  #send(said: Promise<void>): void {
    said.catch((error: unknown) => this.#broken.reject(error));
  }

  #now() {
    const { clock } = this.#deps;
    return { wallMs: clock.nowMs(), monoMs: clock.monoMs() };
  }

  #arm(): void {
    this.#cancelDue();
    const { dueMs } = this.#host;
    if (dueMs === undefined) return;
    this.#cancelDue = this.#deps.clock.after(dueMs - this.#deps.clock.monoMs(), () => {
      void this.#take(this.#host.due(this.#now()));
      this.#arm();
    });
  }

  #after(ms: number, then: () => void): void {
    const cancel = this.#deps.clock.after(ms, () => {
      this.#alarms.delete(cancel);
      then();
    });
    this.#alarms.add(cancel);
  }

  /** Without the broker nothing is known of anybody. */
  async #lost(): Promise<void> {
    const gone = this.#host.lost(this.#now());
    await this.#take(gone).catch(() => {});
  }

  #end(): void {
    this.#bridge = undefined;
    this.#cancelDue();
    for (const cancel of this.#alarms) cancel();
    this.#alarms.clear();
    this.#wishes.abandon(`driver ${this.id} ended`);
    this.#wishes.end();
  }
}

const addressOf = ({ node, device }: { readonly node: EdgeNodeId; readonly device?: string | undefined }): string =>
  device === undefined ? edgeNodeName(node) : `${edgeNodeName(node)}/${device}`;

export const sparkplug = {
  type: "sparkplug",
  config: SparkplugConfig,
  device: SparkplugDevice,
  actions: ["unlock", "lock"],
  identities: ({ url, host }) => [`the host application ${host} at ${url?.host ?? "the gateway's own broker"}`],
  create: (id: string, config: SparkplugConfig, deps: DriverDeps): Driver => new SparkplugDriver(id, config, deps),
} satisfies DriverType<SparkplugConfig>;
