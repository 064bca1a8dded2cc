/** Uplink over NATS: one message an event into a JetStream stream of the platform, whose acknowledgement counts, with a grace period. */
import { createHash } from "node:crypto";
import { type Command, SecretRef, TlsClient, uplinkSubject } from "@gatehouse/protocol";
import { z } from "zod";
import type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { allowPrivate, platformUrl } from "./address.ts";
import { clientTls } from "./client-tls.ts";
import { CommandInbox } from "./command-inbox.ts";
import { LinkLife } from "./link-life.ts";
import { messageJson } from "./message-json.ts";
import type { NatsLink } from "./nats-link.ts";
import { firstThatAnswers } from "./nats-server.ts";
import { Outcomes } from "./outcomes.ts";
import { SendWindow } from "./send-window.ts";

export const NatsConfig = z
  .strictObject({
    servers: z
      .array(platformUrl("tls:", "nats:"))
      .min(1)
      .max(16)
      .describe("the servers of the platform's cluster; any of them will do"),
    nkey: SecretRef.optional().describe("seed of this gateway's user, `SU…`"),
    creds: SecretRef.optional().describe("credentials file of this gateway's user: JWT and seed"),
    username: z.string().min(1).optional(),
    password: SecretRef.optional(),
    receipt: z.literal("broker").default("broker").describe("JetStream's acknowledgement counts, with a grace period"),
    graceSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(300)
      .describe("how long acknowledged items are kept, to be sent again when the link was lost"),
    tls: TlsClient.optional(),
    allowPrivate,
  })
  .refine(
    ({ nkey, creds, username }) => [nkey, creds, username].filter((way) => way !== undefined).length <= 1,
    "one way to log in is enough: `nkey`, `creds`, or `username` with `password`",
  );
export type NatsConfig = z.infer<typeof NatsConfig>;

const ANSWER_MS = 10_000;
/** A server of the cluster that does not even greet within that is passed over. */
const PROBE_MS = 3_000;
const WINDOW_ITEMS = 256;
/** Half a second of a 1 Mbit/s line: a new alert must not stand behind more than that. */
const WINDOW_BYTES = 64 * 1024;

class NatsUplink implements Uplink {
  readonly id: string;
  readonly graceMs: number;
  readonly #config: NatsConfig;
  readonly #deps: UplinkDeps;
  readonly #inbox: CommandInbox;
  readonly #life: LinkLife<NatsLink>;
  readonly #window = new SendWindow(() => WINDOW_ITEMS, WINDOW_BYTES);

  constructor(id: string, config: NatsConfig, deps: UplinkDeps) {
    this.id = id;
    this.graceMs = config.graceSeconds * 1_000;
    this.#config = config;
    this.#deps = deps;
    this.#inbox = new CommandInbox(deps.log);
    this.#life = new LinkLife(id);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#life.run(
      signal,
      () => this.#open(signal),
      (link) => this.#takeCommands(link),
    );
  }

  send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult> {
    return this.#life.use(signal, (link, either) => this.#publishAll(batch, link, either));
  }

  commands(signal: AbortSignal): AsyncIterable<Command> {
    return this.#inbox.take(AbortSignal.any([signal, this.#life.ended]));
  }

  async #open(signal: AbortSignal): Promise<NatsLink> {
    signal.throwIfAborted();
    const { clock, log, gateway, secret } = this.#deps;
    const { servers, tls, allowPrivate } = this.#config;
    // The client library costs memory: only a site with such an uplink loads it.
    const [{ openNatsLink }, { authenticatorOf }] = await Promise.all([
      import("./nats-link.ts"),
      import("./nats-credentials.ts"),
    ]);
    const authenticator = authenticatorOf(this.#config, secret);
    const order = turned(servers, `${gateway} ${clock.monoMs()}`);
    const { url, greeting } = await firstThatAnswers(order, { clock, probeMs: PROBE_MS, allowPrivate }, signal);
    const name = `gatehouse-${gateway}`;
    log.debug({ server: url.host, named: greeting.server_name, version: greeting.version }, "connecting to nats");
    const options = { url, name, inbox: `_INBOX.${gateway}`, authenticator, tls: clientTls(tls, secret) };
    return openNatsLink({ ...options, clock, answerMs: ANSWER_MS }, signal);
  }

  /** In order: an item enters the window only behind those before it. */
  async #publishAll(batch: readonly OutboxItem[], link: NatsLink, signal: AbortSignal): Promise<SendResult> {
    const outcomes = new Outcomes(batch);
    const failed = new AbortController();
    const published: Promise<void>[] = [];
    for (const item of batch) {
      const bytes = Buffer.byteLength(item.text);
      await this.#window.enter(item.lane, bytes);
      if (signal.aborted || failed.signal.aborted) {
        this.#window.leave(bytes);
        break;
      }
      const subject = uplinkSubject.up(this.#deps.gateway, item.lane);
      const publishing = link
        .publish(subject, idOf(item), item.text)
        .then((outcome) => outcomes.note(item.seq, outcome))
        .finally(() => this.#window.leave(bytes));
      publishing.catch(() => failed.abort());
      published.push(publishing);
    }
    await Promise.all(published);
    return outcomes.result();
  }

  #takeCommands(link: NatsLink): void {
    const subject = uplinkSubject.commands(this.#deps.gateway);
    link.subscribe(
      subject,
      (text) => this.#inbox.offer([messageJson(text)]),
      () => this.#deps.log.warn({ subject }, "the server refuses the subscription, no commands will come"),
    );
  }
}

/** The list from another place at each attempt, so that gateways spread over the cluster and leave a server that answers and cannot help. */
function turned(servers: readonly URL[], salt: string): readonly URL[] {
  const start = createHash("sha256").update(salt).digest().readUInt32BE() % servers.length;
  return [...servers.slice(start), ...servers.slice(0, start)];
}

/** The event's own. Composed by ourselves, so it is there; the sequence stands in for what is not ours. */
function idOf({ seq, text, event = text }: OutboxItem): string {
  const id = (messageJson(event) as { readonly id?: unknown } | undefined)?.id;
  return typeof id === "string" ? id : String(seq);
}

export const natsUplink = {
  type: "nats",
  config: NatsConfig,
  create: (id: string, config: NatsConfig, deps: UplinkDeps): Uplink => new NatsUplink(id, config, deps),
} satisfies UplinkType<NatsConfig>;
