/** A Sparkplug edge node without its connection: births, data in numbered order, deaths, and what its host writes (Sparkplug 3.0, section 5). */
import { FrameError } from "../errors.ts";
import { BD_SEQ, REBIRTH, type SparkplugMessage } from "./commands.ts";
import { EdgeMetrics, type EdgeValue, type MetricUpdate } from "./edge-metrics.ts";
import { decodeSparkplug, encodeSparkplug, sparkplugValue } from "./payload.ts";
import { type HostState, parseHostState } from "./state.ts";
import { type EdgeNodeId, parseSparkplugTopic, sparkplugTopic } from "./topics.ts";
import type { SparkplugMetric, SparkplugValue } from "./types.ts";

export interface EdgeOptions extends EdgeNodeId {
  /** Births wait until this host application says that it is there. */
  readonly primaryHost?: string | undefined;
  /** Of the CONNECT before this life; without one the first is 0. */
  readonly lastBdSeq?: number | undefined;
  /** DATA then names metrics by number. */
  readonly aliases?: boolean | undefined;
}

export type EdgeEffect =
  | { readonly kind: "publish"; readonly message: SparkplugMessage }
  /** The births are out: DATA may follow. */
  | { readonly kind: "born" }
  | {
      readonly kind: "write";
      readonly device: string | undefined;
      readonly name: string;
      readonly value: SparkplugValue;
    }
  /** To leave this broker: what was published says so already. */
  | { readonly kind: "leave"; readonly why: string }
  | { readonly kind: "problem"; readonly reason: string };

type Phase = "away" | "waiting" | "born";

export class SparkplugEdge {
  readonly #options: EdgeOptions;
  readonly #metrics: EdgeMetrics;
  #bdSeq: number | undefined;
  #seq = 0;
  #phase: Phase = "away";
  #bornMs = 0;
  #host: HostState | undefined;

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#metrics = new EdgeMetrics(options.aliases === true);
    this.#bdSeq = options.lastBdSeq;
  }

  /** Of the latest CONNECT. */
  get bdSeq(): number | undefined {
    return this.#bdSeq;
  }

  get born(): boolean {
    return this.#phase === "born";
  }

  /** When the births of this session went out. */
  get bornMs(): number {
    return this.#bornMs;
  }

  /** Topics to subscribe with QoS 1 before anything is published. */
  get subscriptions(): readonly string[] {
    const { group, node, primaryHost } = this.#options;
    const commands = sparkplugTopic({ group, node, type: "NCMD" });
    const writable = this.#metrics.writableDevices.map((device) =>
      sparkplugTopic({ group, node, type: "DCMD", device }),
    );
    const state = primaryHost === undefined ? [] : [sparkplugTopic({ type: "STATE", host: primaryHost })];
    return [commands, ...writable, ...state];
  }

  /** All of it anew: node and devices. Where it was born already, new births say so. */
  declare(node: readonly EdgeValue[], devices: ReadonlyMap<string, readonly EdgeValue[]>, nowMs: number): EdgeEffect[] {
    this.#metrics.set(undefined, node);
    for (const device of this.#metrics.devices) if (!devices.has(device)) this.#metrics.drop(device);
    for (const [device, metrics] of devices) this.#metrics.set(device, metrics);
    return this.#phase === "born" ? this.#births(nowMs) : [];
  }

  /** All the node itself will ever report, with their values now. */
  setNode(metrics: readonly EdgeValue[]): void {
    this.#metrics.set(undefined, metrics);
  }

  /** All a device will ever report. A device that comes later is born at once. */
  setDevice(device: string, metrics: readonly EdgeValue[], nowMs: number): EdgeEffect[] {
    this.#metrics.set(device, metrics);
    return this.#phase === "born" ? [this.#deviceBirth(device, nowMs)] : [];
  }

  /** The node lost its device. */
  deviceGone(device: string, nowMs: number): EdgeEffect[] {
    if (!this.#metrics.drop(device) || this.#phase !== "born") return [];
    const { group, node } = this.#options;
    return [this.#numbered(sparkplugTopic({ group, node, type: "DDEATH", device }), [], nowMs, false)];
  }

  /** Before CONNECT: its will. Each CONNECT has a number of its own. */
  connect(nowMs: number): SparkplugMessage {
    this.#bdSeq = this.#bdSeq === undefined ? 0 : (this.#bdSeq + 1) & 0xff;
    this.#phase = "away";
    // Whether it is there now, only its STATE at this broker tells.
    if (this.#host !== undefined) this.#host = { ...this.#host, online: false };
    return this.#death(nowMs);
  }

  /** Connected, and subscribed to {@link subscriptions}. */
  connected(nowMs: number): EdgeEffect[] {
    if (this.#options.primaryHost === undefined) return this.#births(nowMs);
    this.#phase = "waiting";
    return this.#host?.online === true ? this.#births(nowMs) : [];
  }

  hear(topicText: string, payload: Uint8Array, nowMs: number): EdgeEffect[] {
    const topic = parseSparkplugTopic(topicText);
    if (topic?.type === "STATE") return topic.host === this.#options.primaryHost ? this.#state(payload, nowMs) : [];
    if (topic === undefined || topic.group !== this.#options.group || topic.node !== this.#options.node) return [];
    if (topic.type === "NCMD") return this.#command(undefined, payload, nowMs);
    return topic.type === "DCMD" ? this.#command(topic.device, payload, nowMs) : [];
  }

  /** New values of one scope in one message; what did not change is left out. Before the births they are kept for them. */
  update(device: string | undefined, updates: readonly MetricUpdate[], nowMs: number): EdgeEffect[] {
    const changed = this.#metrics.update(device, updates, this.#phase === "born" ? this.#bornMs : undefined);
    if (changed.length === 0) return [];
    const { group, node } = this.#options;
    const topic = sparkplugTopic(
      device === undefined ? { group, node, type: "NDATA" } : { group, node, type: "DDATA", device },
    );
    return [this.#numbered(topic, changed, nowMs, false)];
  }

  /** Before an intended end of the connection. */
  leave(nowMs: number): EdgeEffect[] {
    if (this.#phase === "away") return [];
    this.#phase = "away";
    // Nobody may have to wait for an acknowledgement before DISCONNECT follows.
    return [{ kind: "publish", message: { ...this.#death(nowMs), qos: 0 } }];
  }

  #births(nowMs: number): EdgeEffect[] {
    this.#phase = "born";
    this.#bornMs = nowMs;
    this.#seq = 0;
    const { group, node } = this.#options;
    const own: SparkplugMetric[] = [
      { name: BD_SEQ, timestamp: nowMs, type: "Int64", value: this.#bdSeq ?? 0 },
      { name: REBIRTH, timestamp: nowMs, type: "Boolean", value: false },
    ];
    const metrics = [...own, ...this.#metrics.birth(undefined, nowMs)];
    const birth = this.#numbered(sparkplugTopic({ group, node, type: "NBIRTH" }), metrics, nowMs, true);
    return [birth, ...this.#metrics.devices.map((device) => this.#deviceBirth(device, nowMs)), { kind: "born" }];
  }

  #deviceBirth(device: string, nowMs: number): EdgeEffect {
    const { group, node } = this.#options;
    const topic = sparkplugTopic({ group, node, type: "DBIRTH", device });
    return this.#numbered(topic, this.#metrics.birth(device, nowMs), nowMs, true);
  }

  #numbered(topic: string, metrics: readonly SparkplugMetric[], nowMs: number, types: boolean): EdgeEffect {
    const seq = this.#seq;
    this.#seq = (seq + 1) & 0xff;
    const payload = encodeSparkplug({ timestamp: nowMs, seq, metrics }, { types });
    return { kind: "publish", message: { topic, payload, qos: 0, retain: false } };
  }

  #death(nowMs: number): SparkplugMessage {
    const { group, node } = this.#options;
    const metric = { name: BD_SEQ, timestamp: nowMs, type: "Int64", value: this.#bdSeq ?? 0 } as const;
    const payload = encodeSparkplug({ timestamp: nowMs, metrics: [metric] }, { types: true });
    return { topic: sparkplugTopic({ group, node, type: "NDEATH" }), payload, qos: 1, retain: false };
  }

  /** One that is older than what was said before is the will of an old connection, and says nothing. */
  #state(payload: Uint8Array, nowMs: number): EdgeEffect[] {
    const state = parseHostState(payload);
    if (state === undefined) return [{ kind: "problem", reason: `no STATE: ${payload.length} bytes` }];
    if (this.#host !== undefined && state.timestamp < this.#host.timestamp) return [];
    this.#host = state;
    if (state.online) return this.#phase === "waiting" ? this.#births(nowMs) : [];
    if (this.#phase === "away") return [];
    const why = `the primary host ${this.#options.primaryHost} is offline`;
    return [...this.leave(nowMs), { kind: "leave", why }];
  }

  #command(device: string | undefined, bytes: Uint8Array, nowMs: number): EdgeEffect[] {
    if (this.#phase !== "born") return [];
    try {
      const effects: EdgeEffect[] = [];
      for (const metric of decodeSparkplug(bytes).metrics) {
        if (device === undefined && metric.name === REBIRTH) {
          if (sparkplugValue(metric, "Boolean") === true) effects.push(...this.#births(nowMs));
          continue;
        }
        const known = this.#metrics.writable(device, metric.name ?? metric.alias);
        const value = sparkplugValue({ ...metric, type: undefined }, known.type);
        effects.push({ kind: "write", device, name: known.name, value });
      }
      return effects;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return [{ kind: "problem", reason: `command: ${error.message}` }];
    }
  }
}
