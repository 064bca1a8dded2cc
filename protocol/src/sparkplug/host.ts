/** A Sparkplug host application without its connection: births, data and deaths in the order of their numbers, and rebirth requests where something is missing. */
import { FrameError, RejectedError } from "../errors.ts";
import { BD_SEQ, commandMessage, rebirthMessage, type SparkplugMessage } from "./commands.ts";
import { type HostMetric, HostNode, type ReadMetrics, type Scope, toWrite } from "./host-node.ts";
import { decodeSparkplug, type ReceivedPayload, sparkplugValue } from "./payload.ts";
import { type EdgeNodeId, edgeNodeName, parseSparkplugTopic, type SparkplugTopic } from "./topics.ts";
import type { SparkplugValue } from "./types.ts";

/** When something happened: by the wall, and by a clock that never steps, which alone decides what is due. */
export interface Moment {
  readonly wallMs: number;
  readonly monoMs: number;
}

type Of = { readonly node: EdgeNodeId; readonly device?: string | undefined };

export type HostEvent =
  /** All metrics of an edge node or a device with their values now. */
  | (Of & { readonly kind: "birth"; readonly metrics: readonly HostMetric[] })
  | (Of & { readonly kind: "data"; readonly metrics: readonly HostMetric[] })
  /** It is gone, and all that was known of it is stale. A node takes its devices along: each has a death of its own. */
  | (Of & { readonly kind: "death"; readonly atMs: number; readonly why: string })
  /** To be published. */
  | { readonly kind: "rebirth"; readonly node: EdgeNodeId; readonly message: SparkplugMessage; readonly why: string }
  /** Numbers that never came; what stood behind them was taken. */
  | { readonly kind: "gap"; readonly node: EdgeNodeId; readonly missing: number }
  /** A message that was left out. */
  | { readonly kind: "problem"; readonly topic: string; readonly reason: string };

export interface HostOptions {
  /** How long messages may come out of their order before the edge node is asked to begin anew. */
  readonly reorderMs: number;
  /** After a birth of an edge node, how long its devices may take for theirs. */
  readonly birthMs?: number;
  readonly maxNodes?: number;
  /** Of all edge nodes together. */
  readonly maxMetrics?: number;
  readonly maxDevices?: number;
}

/** An edge node is asked at most once in so long. */
const ASK_MS = 5_000;
const BIRTH_MS = 10_000;
const MAX_NODES = 1_000;
const MAX_METRICS = 200_000;
/** Of all edge nodes: one that is born without metrics costs memory too. */
const MAX_DEVICES = 20_000;
/** Of one edge node, what waits for what is missing. */
const MAX_HELD_BYTES = 1024 * 1024;

type Sequenced = Extract<SparkplugTopic, { node: string }>;

interface Held {
  readonly topic: Sequenced;
  readonly payload: ReceivedPayload;
  readonly bytes: number;
}

interface Waiting {
  readonly held: Map<number, Held>;
  heldBytes: number;
  reorderDueMs: number | undefined;
  birthsDueMs: number | undefined;
}

export class SparkplugHost {
  readonly #options: Required<HostOptions>;
  readonly #nodes = new Map<string, HostNode>();
  readonly #waiting = new Map<string, Waiting>();
  /** Those of them with something due. */
  readonly #timed = new Set<string>();
  /** Metrics of all births. */
  #metrics = 0;
  #devices = 0;
  /** When each edge node may be asked again. */
  readonly #asked = new Map<string, number>();

  constructor(options: HostOptions) {
    const limits = { birthMs: BIRTH_MS, maxNodes: MAX_NODES, maxMetrics: MAX_METRICS, maxDevices: MAX_DEVICES };
    this.#options = { ...limits, ...options };
  }

  /** A message of the namespace; those of hosts are left out. */
  take(topicText: string, bytes: Uint8Array, now: Moment): HostEvent[] {
    const topic = parseSparkplugTopic(topicText);
    if (topic === undefined) return [{ kind: "problem", topic: topicText, reason: "no topic of Sparkplug" }];
    if (topic.type === "STATE" || topic.type === "NCMD" || topic.type === "DCMD") return [];
    try {
      const payload = decodeSparkplug(bytes);
      if (topic.type === "NBIRTH") return this.#nodeBirth(topic, payload, now);
      if (topic.type === "NDEATH") return this.#nodeDeath(topic, payload, now);
      return this.#inOrder({ topic, payload, bytes: bytes.length }, now);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return [{ kind: "problem", topic: topicText, reason: error.message }];
    }
  }

  /** When {@link due} wants to be called at the latest, by the clock that never steps. */
  get dueMs(): number | undefined {
    let soonest: number | undefined;
    for (const name of this.#timed) {
      const { reorderDueMs, birthsDueMs } = this.#waiting.get(name) ?? {};
      for (const ms of [reorderDueMs, birthsDueMs])
        if (ms !== undefined && (soonest === undefined || ms < soonest)) soonest = ms;
    }
    return soonest;
  }

  due(now: Moment): HostEvent[] {
    const events: HostEvent[] = [];
    for (const name of [...this.#timed]) {
      const node = this.#nodes.get(name);
      const waiting = this.#waiting.get(name);
      if (node === undefined || waiting === undefined) continue;
      if (waiting.reorderDueMs !== undefined && waiting.reorderDueMs <= now.monoMs)
        events.push(...this.#giveUpWaiting(node, waiting, now));
      if (waiting.birthsDueMs !== undefined && waiting.birthsDueMs <= now.monoMs) {
        waiting.birthsDueMs = undefined;
        for (const [device, scope] of node.devices)
          if (scope.awaited) events.push(...died(node.id, device, scope, now.wallMs, "no birth after its edge node's"));
      }
      this.#time(name, waiting);
    }
    return events;
  }

  #time(name: string, { reorderDueMs, birthsDueMs }: Waiting): void {
    if (reorderDueMs === undefined && birthsDueMs === undefined) this.#timed.delete(name);
    else this.#timed.add(name);
  }

  /** The broker is out of reach: whatever was there is stale. */
  lost(now: Moment): HostEvent[] {
    return [...this.#nodes.values()].flatMap((node) => this.#gone(node, now.wallMs, "the connection was lost"));
  }

  /** Asks an edge node to begin anew, unless it was asked just now. */
  ask(node: EdgeNodeId, why: string, now: Moment): HostEvent[] {
    const name = edgeNodeName(node);
    if ((this.#asked.get(name) ?? Number.NEGATIVE_INFINITY) > now.monoMs - ASK_MS) return [];
    if (this.#asked.size >= this.#options.maxNodes) this.#asked.clear();
    this.#asked.set(name, now.monoMs);
    return [{ kind: "rebirth", node, message: rebirthMessage(node, now.wallMs), why }];
  }

  /** Undefined for one that was never born. */
  look(node: EdgeNodeId, device?: string): Readonly<Scope> | undefined {
    const known = this.#nodes.get(edgeNodeName(node));
    return device === undefined ? known?.scope : known?.devices.get(device);
  }

  /** NCMD or DCMD for one metric of a birth. Throws RejectedError for one that is not there, or cannot have the value. */
  write(
    node: EdgeNodeId,
    device: string | undefined,
    name: string,
    value: SparkplugValue,
    nowMs: number,
  ): SparkplugMessage {
    const metric = this.look(node, device)?.metrics.get(name);
    const whose = [edgeNodeName(node), ...(device === undefined ? [] : [device])].join("/");
    if (metric === undefined) throw new RejectedError(`${whose} has no metric "${name}"`);
    try {
      return commandMessage(node, device, [toWrite(metric, value, nowMs)], nowMs);
    } catch (cause) {
      throw new RejectedError(`${whose}: ${(cause as Error).message}`, { cause });
    }
  }

  #nodeBirth(topic: Sequenced, payload: ReceivedPayload, now: Moment): HostEvent[] {
    const id = { group: topic.group, node: topic.node };
    const name = edgeNodeName(id);
    if (payload.seq === undefined || payload.seq > 255)
      throw new FrameError("payload", `NBIRTH with the number ${payload.seq ?? "missing"}`);
    const known = this.#nodes.get(name);
    if (known === undefined && this.#nodes.size >= this.#options.maxNodes)
      throw new FrameError("payload", `more than ${this.#options.maxNodes} edge nodes`);
    const node = known ?? new HostNode(id);
    this.#roomFor(node.scope, payload);
    node.bornAnew();
    const before = node.scope.metrics.size;
    const read = node.born(undefined, payload, now.wallMs);
    this.#metrics += node.scope.metrics.size - before;
    node.bdSeq = bdSeqOf(payload);
    node.next = (payload.seq + 1) & 0xff;
    this.#nodes.set(name, node);
    this.#asked.delete(name);
    const awaited = [...node.devices.values()].some((device) => device.awaited);
    const birthsDueMs = awaited ? now.monoMs + this.#options.birthMs : undefined;
    const waiting = { held: new Map(), heldBytes: 0, reorderDueMs: undefined, birthsDueMs };
    this.#waiting.set(name, waiting);
    this.#time(name, waiting);
    return [{ kind: "birth", node: id, metrics: read.metrics }, ...this.#told(name, "NBIRTH", read)];
  }

  /** One of another session says nothing of this one: the will of an old connection may come late. */
  #nodeDeath(topic: Sequenced, payload: ReceivedPayload, now: Moment): HostEvent[] {
    const node = this.#nodes.get(edgeNodeName(topic));
    const bdSeq = bdSeqOf(payload);
    if (node === undefined || (node.bdSeq !== undefined && bdSeq !== node.bdSeq)) return [];
    return this.#gone(node, now.wallMs, "NDEATH");
  }

  #gone(node: HostNode, wallMs: number, why: string): HostEvent[] {
    const waiting = this.#waiting.get(edgeNodeName(node.id));
    if (waiting !== undefined)
      Object.assign(waiting, { held: new Map(), heldBytes: 0, reorderDueMs: undefined, birthsDueMs: undefined });
    this.#timed.delete(edgeNodeName(node.id));
    const devices = [...node.devices].flatMap(([device, scope]) => died(node.id, device, scope, wallMs, why));
    return [...devices, ...died(node.id, undefined, node.scope, wallMs, why)];
  }

  #inOrder(held: Held, now: Moment): HostEvent[] {
    const { topic, payload, bytes } = held;
    const node = this.#nodes.get(edgeNodeName(topic));
    const waiting = this.#waiting.get(edgeNodeName(topic));
    if (node === undefined || waiting === undefined || !node.scope.online)
      return this.ask({ group: topic.group, node: topic.node }, `${topic.type} before an NBIRTH`, now);
    const { seq } = payload;
    if (seq === undefined || seq > 255) {
      const problem = {
        kind: "problem",
        topic: edgeNodeName(topic),
        reason: `${topic.type} without a number`,
      } as const;
      return [problem, ...this.ask(node.id, "a message without a number", now)];
    }
    if (seq !== node.next) {
      waiting.heldBytes += bytes - (waiting.held.get(seq)?.bytes ?? 0);
      waiting.held.set(seq, held);
      waiting.reorderDueMs ??= now.monoMs + this.#options.reorderMs;
      const full = waiting.heldBytes > MAX_HELD_BYTES;
      this.#timed.add(edgeNodeName(topic));
      return full || waiting.reorderDueMs <= now.monoMs ? this.#giveUpWaiting(node, waiting, now) : [];
    }
    const before = waiting.held.size;
    const events = this.#apply(node, held, now);
    this.#takeHeld(node, waiting, events, now);
    if (waiting.held.size === 0) waiting.reorderDueMs = undefined;
    else if (waiting.held.size < before) waiting.reorderDueMs = now.monoMs + this.#options.reorderMs;
    if (before > 0) this.#time(edgeNodeName(topic), waiting);
    return events;
  }

  /** What waited, as far as it follows without a gap. */
  #takeHeld(node: HostNode, waiting: Waiting, events: HostEvent[], now: Moment): void {
    for (let held = waiting.held.get(node.next); held !== undefined; held = waiting.held.get(node.next)) {
      waiting.held.delete(node.next);
      waiting.heldBytes -= held.bytes;
      events.push(...this.#apply(node, held, now));
    }
  }

  /** What came is taken, for it may be all there is of something that happened; the birth will say how things stand. */
  #giveUpWaiting(node: HostNode, waiting: Waiting, now: Moment): HostEvent[] {
    waiting.reorderDueMs = undefined;
    const events: HostEvent[] = [];
    let missing = 0;
    while (waiting.held.size > 0) {
      while (!waiting.held.has(node.next)) {
        node.next = (node.next + 1) & 0xff;
        missing += 1;
      }
      this.#takeHeld(node, waiting, events, now);
    }
    return [
      { kind: "gap", node: node.id, missing },
      ...events,
      ...this.ask(node.id, `${missing} messages missing`, now),
    ];
  }

  #apply(node: HostNode, { topic, payload }: Held, now: Moment): HostEvent[] {
    node.next = ((payload.seq ?? 0) + 1) & 0xff;
    const device = "device" in topic ? topic.device : undefined;
    const of = { node: node.id, device };
    const name = [edgeNodeName(node.id), ...(device === undefined ? [] : [device])].join("/");
    try {
      if (topic.type === "DBIRTH") {
        const read = this.#deviceBirth(node, topic.device, payload, now);
        return [{ kind: "birth", ...of, metrics: read.metrics }, ...this.#told(name, topic.type, read)];
      }
      if (topic.type === "DDEATH") {
        const scope = node.devices.get(device ?? "");
        return scope === undefined ? [] : died(node.id, device, scope, payload.timestamp ?? now.wallMs, "DDEATH");
      }
      const read = node.read(device, payload);
      const unborn = read.failures.find(({ code }) => code === "unknown");
      const data = read.metrics.length === 0 ? [] : [{ kind: "data", ...of, metrics: read.metrics } as const];
      const asked = unborn === undefined ? [] : this.ask(node.id, unborn.message, now);
      return [...data, ...this.#told(name, topic.type, read), ...asked];
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return [{ kind: "problem", topic: name, reason: `${topic.type}: ${error.message}` }];
    }
  }

  #deviceBirth(node: HostNode, device: string, payload: ReceivedPayload, now: Moment): ReadMetrics {
    const known = node.devices.get(device);
    this.#roomFor(known, payload);
    if (known === undefined && this.#devices >= this.#options.maxDevices)
      throw new FrameError("payload", `more than ${this.#options.maxDevices} devices`);
    const before = known?.metrics.size ?? 0;
    const read = node.born(device, payload, now.wallMs);
    if (known === undefined) this.#devices += 1;
    this.#metrics += (node.devices.get(device)?.metrics.size ?? 0) - before;
    return read;
  }

  /** The first of what could not be read stands for the others. */
  #told(name: string, type: string, { failures }: ReadMetrics): HostEvent[] {
    const [first] = failures;
    if (first === undefined) return [];
    const more = failures.length === 1 ? "" : ` (and ${failures.length - 1} more)`;
    return [{ kind: "problem", topic: name, reason: `${type}: ${first.message}${more}` }];
  }

  #roomFor(before: Scope | undefined, { metrics }: ReceivedPayload): void {
    const known = this.#metrics + metrics.length - (before?.metrics.size ?? 0);
    if (known > this.#options.maxMetrics)
      throw new FrameError("payload", `more than ${this.#options.maxMetrics} metrics`);
  }
}

function died(node: EdgeNodeId, device: string | undefined, scope: Scope, atMs: number, why: string): HostEvent[] {
  if (!scope.online) return [];
  Object.assign(scope, { online: false, awaited: false, sinceMs: atMs });
  return [{ kind: "death", node, device, atMs, why }];
}

function bdSeqOf({ metrics }: ReceivedPayload): number | undefined {
  const metric = metrics.find(({ name }) => name === BD_SEQ);
  const value = metric === undefined ? undefined : sparkplugValue(metric, "Int64");
  return typeof value === "number" ? value : undefined;
}
