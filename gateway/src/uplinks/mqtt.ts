/** Uplink over MQTT: one message an event to the platform's broker, receipts from the platform or, with a grace period, from its broker. */
import { type Command, LinkError, SecretRef, TlsClient, uplinkTopic } from "@gatehouse/protocol";
import { z } from "zod";
import type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { allowPrivate, platformUrl } from "./address.ts";
import { clientTls } from "./client-tls.ts";
import { CommandInbox } from "./command-inbox.ts";
import { LinkLife } from "./link-life.ts";
import { messageJson } from "./message-json.ts";
import { FIRST_REFUSAL, type MqttLink, NO_SUBSCRIBERS } from "./mqtt-link.ts";
import { messageOf } from "./mqtt-message.ts";
import { openInVersion, type VersionOptions } from "./mqtt-version.ts";
import { Outcomes } from "./outcomes.ts";
import { parseReceipt } from "./receipt.ts";
import { ReceiptDesk } from "./receipt-desk.ts";
import { SendWindow } from "./send-window.ts";

export const MqttConfig = z.strictObject({
  url: platformUrl("mqtts:", "mqtt:").describe("the platform's broker"),
  version: z
    .union([z.literal(4), z.literal(5)])
    .optional()
    .describe("MQTT protocol: 4 is 3.1.1, 5 is 5.0; default 5, and 3.1.1 for a broker that does not speak 5"),
  clientId: z.string().min(1).max(64).optional().describe("default `gatehouse-` and the gateway's id"),
  username: z.string().min(1).optional(),
  password: SecretRef.optional(),
  receipt: z
    .enum(["json", "broker"])
    .default("json")
    .describe(
      "`json`: the platform publishes receipts; `broker`: its broker's acknowledgement counts, with a grace period",
    ),
  graceSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe("with `receipt: broker`: how long acknowledged items are kept, to be sent again when the link was lost"),
  tls: TlsClient.optional(),
  allowPrivate,
});
export type MqttConfig = z.infer<typeof MqttConfig>;

const ANSWER_MS = 10_000;
/** Without any receipt for a batch, once the broker has all of it. */
const RECEIPT_MS = 30_000;
const KEEPALIVE_SECONDS = 30;
const WINDOW_ITEMS = 256;
/** Half a second of a 1 Mbit/s line: a new alert must not stand behind more than that. */
const WINDOW_BYTES = 64 * 1024;

/** Refusals of this one message: topic name invalid, payload format invalid (MQTT 5, section 3.4.2.1). */
const POISON: readonly number[] = [0x90, 0x99];

class MqttUplink implements Uplink {
  readonly id: string;
  readonly graceMs: number;
  readonly #config: MqttConfig;
  readonly #deps: UplinkDeps;
  readonly #inbox: CommandInbox;
  readonly #desk = new ReceiptDesk();
  readonly #life: LinkLife<MqttLink>;
  #windowItems = WINDOW_ITEMS;
  readonly #window = new SendWindow(() => this.#windowItems, WINDOW_BYTES);

  constructor(id: string, config: MqttConfig, deps: UplinkDeps) {
    this.id = id;
    this.graceMs = config.receipt === "broker" ? config.graceSeconds * 1_000 : 0;
    this.#config = config;
    this.#deps = deps;
    this.#inbox = new CommandInbox(deps.log);
    this.#life = new LinkLife(id);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#life.run(
      signal,
      () => openInVersion(this.#linkOptions(), signal),
      async (link) => {
        await this.#subscribe(link);
        this.#windowItems = Math.min(WINDOW_ITEMS, link.limits.receiveMaximum);
      },
    );
  }

  send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult> {
    return this.#life.use(signal, (link, either) => this.#deliver(batch, link, either));
  }

  commands(signal: AbortSignal): AsyncIterable<Command> {
    return this.#inbox.take(AbortSignal.any([signal, this.#life.ended]));
  }

  async #deliver(batch: readonly OutboxItem[], link: MqttLink, signal: AbortSignal): Promise<SendResult> {
    const outcomes = new Outcomes(batch);
    const withdraw = batch.map(({ seq }) => this.#desk.expect(seq, (outcome) => outcomes.note(seq, outcome)));
    try {
      await this.#publishAll(batch, link, outcomes, signal);
      await outcomes.settled(this.#deps.clock, RECEIPT_MS, signal);
    } finally {
      for (const stop of withdraw) stop();
    }
    if (outcomes.isEmpty) throw new LinkError("timeout", `uplink ${this.id}: no receipt within ${RECEIPT_MS} ms`);
    return outcomes.result();
  }

  /** In order: an item enters the window only behind those before it. */
  async #publishAll(
    batch: readonly OutboxItem[],
    link: MqttLink,
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
      const publishing = this.#publish(item, link, outcomes).finally(() => this.#window.leave(bytes));
      publishing.catch(() => failed.abort());
      published.push(publishing);
    }
    await Promise.all(published);
  }

  async #publish(item: OutboxItem, link: MqttLink, outcomes: Outcomes): Promise<void> {
    const { seq, text } = item;
    const { topic, properties, packetBytes } = messageOf(this.#deps.gateway, item, link.version);
    const { maximumPacketSize } = link.limits;
    if (packetBytes > maximumPacketSize) {
      const reason = `${packetBytes} bytes, the broker takes ${maximumPacketSize} at the most`;
      return outcomes.note(seq, { accepted: false, reason });
    }
    const code = await link.publish(topic, text, properties === undefined ? {} : { properties });
    if (POISON.includes(code)) {
      outcomes.note(seq, { accepted: false, reason: `the broker refuses the message, reason ${code}` });
    } else if (code >= FIRST_REFUSAL) {
      throw new LinkError("refused", `uplink ${this.id}: the broker refuses ${topic}, reason ${code}`);
    } else if (this.#config.receipt === "broker") {
      if (code === NO_SUBSCRIBERS) {
        const advice = "start the platform's subscriber; where the broker itself is the platform, set `version: 4`";
        throw new LinkError("refused", `uplink ${this.id}: nobody subscribes to ${topic} (${advice})`);
      }
      outcomes.note(seq, { accepted: true });
    }
  }

  async #subscribe(link: MqttLink): Promise<void> {
    const { gateway, log } = this.#deps;
    if (this.#config.receipt === "json") {
      const topic = uplinkTopic.receipts(gateway);
      if (!(await link.subscribe(topic))) {
        throw new LinkError("refused", `uplink ${this.id}: the broker refuses the subscription to ${topic}`);
      }
    }
    const topic = uplinkTopic.commands(gateway);
    if (!(await link.subscribe(topic)))
      log.warn({ topic }, "the broker refuses the subscription, no commands will come");
  }

  #linkOptions(): VersionOptions {
    const { url, version, clientId, username, password, tls, allowPrivate } = this.#config;
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
      onMessage: (topic, payload) => this.#read(topic, payload.toString("utf8")),
    };
  }

  #read(topic: string, text: string): void {
    const { gateway, log } = this.#deps;
    if (topic === uplinkTopic.receipts(gateway)) {
      const receipt = parseReceipt(text);
      if (receipt === undefined)
        log.warn({ topic, bytes: text.length }, "the platform sent something that is no receipt");
      else this.#desk.take(receipt);
      this.#inbox.offer(receipt?.commands ?? []);
    } else if (topic === uplinkTopic.commands(gateway)) this.#inbox.offer([messageJson(text)]);
  }
}

export const mqttUplink = {
  type: "mqtt",
  config: MqttConfig,
  create: (id: string, config: MqttConfig, deps: UplinkDeps): Uplink => new MqttUplink(id, config, deps),
} satisfies UplinkType<MqttConfig>;
