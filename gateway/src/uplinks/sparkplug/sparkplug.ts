/** Uplink of Sparkplug B: the gateway as an edge node, its spaces as devices, and what the outbox owes as events of the node. */
import {
  type Command,
  type EdgeEffect,
  LinkError,
  SparkplugEdge,
  type SparkplugMessage,
  sparkplugTopic,
} from "@gatehouse/protocol";
import type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "../../core/ports.ts";
import { clientTls } from "../client-tls.ts";
import { CommandInbox } from "../command-inbox.ts";
import { LinkLife, type LivingLink } from "../link-life.ts";
import { messageJson } from "../message-json.ts";
import type { MqttLink } from "../mqtt-link.ts";
import { openInVersion } from "../mqtt-version.ts";
import { Outcomes } from "../outcomes.ts";
import { parseReceipt } from "../receipt.ts";
import { ReceiptDesk } from "../receipt-desk.ts";
import { SendWindow } from "../send-window.ts";
import { SparkplugUplinkConfig } from "./config.ts";
import { Echoes } from "./echoes.ts";
import { keepBdSeq, lastBdSeq } from "./edge-memory.ts";
import { COMMANDS, eventMetric, RECEIPTS } from "./site-metrics.ts";
import { declared, showSite } from "./site-show.ts";

const ANSWER_MS = 10_000;
/** Without any receipt for a batch, once the broker has all of it. */
const RECEIPT_MS = 30_000;
/** A primary host that does not say so long that it is online is looked for at the next broker, or here again. */
const HOST_WAIT_MS = 30_000;
const KEEPALIVE_SECONDS = 30;
const WINDOW_ITEMS = 256;
/** Half a second of a 1 Mbit/s line: a new alert must not stand behind more than that. */
const WINDOW_BYTES = 64 * 1024;
const GOODBYE_MS = 1_000;
/** A longer event is refused: hosts and brokers take no larger messages. */
const MAX_EVENT_BYTES = 256 * 1024;

interface Session extends LivingLink {
  readonly mqtt: MqttLink;
  readonly edge: SparkplugEdge;
  readonly echoes: Echoes;
}

class SparkplugUplink implements Uplink {
  readonly id: string;
  readonly graceMs: number;
  readonly #config: SparkplugUplinkConfig;
  readonly #deps: UplinkDeps;
  readonly #inbox: CommandInbox;
  readonly #desk = new ReceiptDesk();
  readonly #life: LinkLife<Session>;
  readonly #window = new SendWindow(() => WINDOW_ITEMS, WINDOW_BYTES);
  readonly #left = Promise.withResolvers<never>();
  readonly #born = Promise.withResolvers<void>();
  #edge: SparkplugEdge | undefined;
  #session: Session | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(id: string, config: SparkplugUplinkConfig, deps: UplinkDeps) {
    this.id = id;
    this.graceMs = config.receipt === "broker" ? config.graceSeconds * 1_000 : 0;
    this.#config = config;
    this.#deps = deps;
    this.#inbox = new CommandInbox(deps.log);
    this.#life = new LinkLife(id);
    this.#left.promise.catch(() => {});
  }

  async run(signal: AbortSignal): Promise<void> {
    let detach = () => {};
    try {
      await this.#life.run(
        signal,
        () => this.#open(signal),
        async (session) => {
          await this.#subscribe(session);
          this.#perform(session.edge.connected(this.#deps.clock.nowMs()));
          await this.#untilBorn(session, signal);
          const { clock } = this.#deps;
          const perform = (effects: readonly EdgeEffect[]) => this.#perform(effects);
          detach = showSite({ ...this.#shown, clock, edge: session.edge, perform });
        },
      );
    } finally {
      detach();
      await this.#gone;
    }
  }

  send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult> {
    return this.#life.use(signal, (session, either) => this.#deliver(batch, session, either));
  }

  commands(signal: AbortSignal): AsyncIterable<Command> {
    return this.#inbox.take(AbortSignal.any([signal, this.#life.ended]));
  }

  get #node() {
    const { group, node } = this.#config;
    return { group, node: node ?? this.#deps.gateway };
  }

  get #echoTopic(): string {
    return sparkplugTopic({ ...this.#node, type: "NDATA" });
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { clock, log, vault } = this.#deps;
    const { primaryHost, aliases, servers } = this.#config;
    const edge = new SparkplugEdge({ ...this.#node, primaryHost, aliases, lastBdSeq: await lastBdSeq(vault, log) });
    edge.declare(...declared(this.#shown), clock.nowMs());
    const { topic, payload, qos, retain } = edge.connect(clock.nowMs());
    const bdSeq = edge.bdSeq ?? 0;
    await keepBdSeq(vault, bdSeq);
    this.#edge = edge;
    // Each connection goes on to the next broker: one whose primary host is away is left behind.
    const url = servers[bdSeq % servers.length] as URL;
    const mqtt = await openInVersion(
      { ...this.#linkOptions(url), will: { topic, payload: Buffer.from(payload), qos, retain } },
      signal,
    );
    const silent = (error: LinkError) => this.#left.reject(error);
    const echoes = new Echoes({ clock, answerMs: ANSWER_MS, silent });
    mqtt.lost.catch((error: unknown) => echoes.fail(error as LinkError));
    const lost = Promise.race([mqtt.lost, this.#left.promise]);
    lost.catch(() => {});
    const session: Session = { mqtt, edge, echoes, lost, close: () => this.#close(session) };
    this.#session = session;
    return session;
  }

  get #shown() {
    const { gateway, site } = this.#deps;
    return { gateway, site, spaces: this.#config.spaces };
  }

  #linkOptions(url: URL) {
    const { version, clientId, username, password, tls, allowPrivate } = this.#config;
    const { gateway, clock, log, secret } = this.#deps;
    return {
      url,
      version,
      clientId: clientId ?? `gatehouse-${gateway}`,
      username,
      password: password === undefined ? undefined : secret(password),
      tls: clientTls(tls, secret),
      allowPrivate,
      keepaliveSeconds: KEEPALIVE_SECONDS,
      clock,
      log,
      answerMs: ANSWER_MS,
      onMessage: (topic: string, payload: Buffer) => this.#hear(topic, payload),
    };
  }

  /** Commands first, so that none is missed; its own data is what the broker hands back. */
  async #subscribe({ mqtt, edge }: Session): Promise<void> {
    for (const topic of [...edge.subscriptions, this.#echoTopic])
      if (!(await mqtt.subscribe(topic)))
        throw new LinkError("refused", `uplink ${this.id}: the broker refuses the subscription to ${topic}`);
  }

  async #untilBorn({ lost }: Session, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const late = Promise.withResolvers<never>();
    const why = `uplink ${this.id}: the primary host ${this.#config.primaryHost} is not online`;
    const cancel = clock.after(HOST_WAIT_MS, () => late.reject(new LinkError("refused", why)));
    const onAbort = () => late.reject(new LinkError("closed", `uplink ${this.id} has ended`));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await Promise.race([this.#born.promise, lost, late.promise]);
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  #hear(topic: string, payload: Buffer): void {
    if (topic === this.#echoTopic) this.#session?.echoes.heard(payload);
    else if (this.#edge !== undefined) this.#perform(this.#edge.hear(topic, payload, this.#deps.clock.nowMs()));
  }

  #perform(effects: readonly EdgeEffect[]): void {
    const { log } = this.#deps;
    for (const effect of effects) {
      if (effect.kind === "publish") this.#publish(effect.message).catch(() => {});
      else if (effect.kind === "born") this.#born.resolve();
      else if (effect.kind === "leave") this.#left.reject(new LinkError("refused", `uplink ${this.id}: ${effect.why}`));
      else if (effect.kind === "write") this.#written(effect.name, effect.value);
      else log.warn({ reason: effect.reason }, "the sparkplug host sent something that cannot be read");
    }
  }

  #written(name: string, value: unknown): void {
    if (typeof value !== "string") return;
    const json = messageJson(value);
    if (name === COMMANDS) this.#inbox.offer(Array.isArray(json) ? json : [json]);
    if (name !== RECEIPTS) return;
    const receipt = parseReceipt(value);
    if (receipt === undefined)
      this.#deps.log.warn({ topic: name, bytes: value.length }, "the platform sent something that is no receipt");
    else this.#desk.take(receipt);
  }

  /** Written at once and in order; what becomes of it tells its echo. */
  async #publish({ topic, payload, qos, retain }: SparkplugMessage): Promise<void> {
    await this.#session?.mqtt.publish(topic, Buffer.from(payload), { qos, retain });
  }

  async #deliver(batch: readonly OutboxItem[], session: Session, signal: AbortSignal): Promise<SendResult> {
    const outcomes = new Outcomes(batch);
    const withdraw = batch.map(({ seq }) => this.#desk.expect(seq, (outcome) => outcomes.note(seq, outcome)));
    try {
      await this.#publishAll(batch, session, outcomes, signal);
      if (this.#config.receipt === "host") await outcomes.settled(this.#deps.clock, RECEIPT_MS, signal);
    } finally {
      for (const stop of withdraw) stop();
    }
    if (outcomes.isEmpty) throw new LinkError("timeout", `uplink ${this.id}: no receipt within ${RECEIPT_MS} ms`);
    return outcomes.result();
  }

  /** In order: an item enters the window only behind those before it. */
  async #publishAll(
    batch: readonly OutboxItem[],
    session: Session,
    outcomes: Outcomes,
    signal: AbortSignal,
  ): Promise<void> {
    const failed = new AbortController();
    const published: Promise<void>[] = [];
    for (const item of batch) {
      const bytes = Buffer.byteLength(item.text);
      await this.#window.enter(item.lane, bytes);
      if (signal.aborted || failed.signal.aborted) {
        this.#window.leave(bytes);
        break;
      }
      const publishing = this.#publishEvent(item, bytes, session, outcomes).finally(() => this.#window.leave(bytes));
      publishing.catch(() => failed.abort());
      published.push(publishing);
    }
    await Promise.all(published);
  }

  async #publishEvent(item: OutboxItem, bytes: number, session: Session, outcomes: Outcomes): Promise<void> {
    const { seq, lane, text } = item;
    const { edge, mqtt, echoes } = session;
    const most = Math.min(MAX_EVENT_BYTES, mqtt.limits.maximumPacketSize - MESSAGE_BYTES);
    if (bytes > most)
      return outcomes.note(seq, { accepted: false, reason: `${bytes} bytes, at most ${most} are taken` });
    const nowMs = this.#deps.clock.nowMs();
    const update = { name: eventMetric(lane), value: text, timestamp: timeOf(item) ?? nowMs };
    const [effect] = edge.update(undefined, [update], nowMs);
    if (effect?.kind !== "publish") throw new LinkError("closed", `uplink ${this.id}: the edge node was not born`);
    const payload = Buffer.from(effect.message.payload);
    const echo = echoes.of(payload);
    await Promise.all([echo, mqtt.publish(effect.message.topic, payload, { qos: 0 })]);
    // A host that was online until the message came back had its part of it.
    if (this.#config.receipt === "broker") outcomes.note(seq, { accepted: true });
  }

  /** NDEATH and DISCONNECT, for the hosts; nobody waits long for them. */
  #close({ edge, mqtt }: Session): void {
    const { clock } = this.#deps;
    this.#perform(edge.leave(clock.nowMs()));
    const cancel = clock.after(GOODBYE_MS, () => mqtt.close());
    const gone = mqtt.lost.catch(cancel);
    this.#gone = Promise.race([mqtt.leave(), gone]);
  }
}

/** Topic, packet header and the rest of the payload around one event. */
const MESSAGE_BYTES = 512;

/** When it happened. */
function timeOf({ text, event = text }: OutboxItem): number | undefined {
  const time = (messageJson(event) as { readonly time?: unknown } | undefined)?.time;
  const ms = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : undefined;
}

export const sparkplugUplink = {
  type: "sparkplug",
  config: SparkplugUplinkConfig,
  identities: ({ servers, group, node }) =>
    servers.map(({ host }) => `the edge node ${group}/${node ?? "of the gateway's id"} at ${host}`),
  create: (id: string, config: SparkplugUplinkConfig, deps: UplinkDeps): Uplink =>
    new SparkplugUplink(id, config, deps),
} satisfies UplinkType<SparkplugUplinkConfig>;
