/** Uplink over HTTPS: batches of CloudEvents by POST, and the platform's receipt in the answer. */
import { Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { type Command, InvariantError, LinkError, RejectedError, TlsClient } from "@gatehouse/protocol";
import { z } from "zod";
import type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { platformUrl } from "./address.ts";
import { clientTls } from "./client-tls.ts";
import { CommandInbox } from "./command-inbox.ts";
import { pollCommands } from "./command-poll.ts";
import { type PostAnswer, post } from "./post.ts";
import { parseReceipt, resultOf } from "./receipt.ts";

export const HttpsConfig = z.strictObject({
  url: platformUrl("https:", "http:").describe("where batches are posted to"),
  receipt: z
    .enum(["json", "status"])
    .default("json")
    .describe(
      "`json`: the answer names what was accepted; `status`: a platform that only answers 2xx, which accepts all",
    ),
  tls: TlsClient.optional(),
});
export type HttpsConfig = z.infer<typeof HttpsConfig>;

const CONNECT_MS = 10_000;
const ANSWER_MS = 30_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Every lane has its own connection, with some to spare. */
const MAX_SOCKETS = 8;
/** Idle connections go before most servers close them. */
const IDLE_MS = 15_000;

const HEADERS = { "content-type": "application/cloudevents-batch+json", accept: "application/json" };

class HttpsUplink implements Uplink {
  readonly id: string;
  readonly graceMs = 0;
  readonly #config: HttpsConfig;
  readonly #deps: UplinkDeps;
  readonly #agent: PlainAgent;
  readonly #inbox: CommandInbox;
  readonly #ended = new AbortController();
  #used = false;

  constructor(id: string, config: HttpsConfig, deps: UplinkDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#agent = createAgent(config, deps);
    this.#inbox = new CommandInbox(deps.log);
  }

  /** There is no connection to lose between two batches: a broken way shows in send(). */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`uplink ${this.id} runs once`);
    this.#used = true;
    try {
      const { clock, log, commandPollMs: everyMs } = this.#deps;
      const ask = (stop: AbortSignal) => this.send([], stop);
      if (everyMs !== undefined && this.#config.receipt === "json")
        await pollCommands({ everyMs, clock, log, ask }, signal);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    } finally {
      this.#ended.abort(signal.reason);
      this.#agent.destroy();
    }
  }

  async send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult> {
    const options = {
      url: this.#config.url,
      agent: this.#agent,
      headers: HEADERS,
      clock: this.#deps.clock,
      connectMs: CONNECT_MS,
      answerMs: ANSWER_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    };
    const body = `[${batch.map((item) => item.text).join(",")}]`;
    const answer = await post(options, body, [signal, this.#ended.signal]);
    judgeStatus(answer, this.#config.url);
    if (this.#config.receipt === "status") return { accepted: batch.map((item) => item.seq), rejected: [] };
    const receipt = parseReceipt(answer.text);
    if (receipt === undefined) {
      throw new LinkError(
        "refused",
        `${this.#config.url.origin} answered ${answer.status} with ${answer.contentType}, which is no receipt: check the url, or set \`receipt: status\``,
      );
    }
    if (receipt.commands !== undefined) this.#inbox.offer(receipt.commands);
    return resultOf(batch, receipt);
  }

  commands(signal: AbortSignal): AsyncIterable<Command> {
    return this.#inbox.take(AbortSignal.any([signal, this.#ended.signal]));
  }
}

function createAgent({ url, tls }: HttpsConfig, deps: UplinkDeps): PlainAgent {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS };
  if (url.protocol === "http:") return new PlainAgent(options);
  return new SecureAgent({ ...options, ...clientTls(tls, deps.secret) });
}

/** Statuses by which a server says that it understood the batch and will never take it as it is. */
const BAD_BATCH: readonly number[] = [400, 413, 422];

const OPERATOR: Readonly<Record<number, string>> = {
  401: "the platform does not know this gateway: check its certificate",
  403: "the platform does not allow this gateway to send: ask its operator",
  404: "there is nothing at this address: check the url",
};

/** Returns for 2xx. */
function judgeStatus({ status, text }: PostAnswer, url: URL): void {
  if (status >= 200 && status < 300) return;
  const said = text
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 200);
  const message = `${url.origin}${url.pathname} answered ${status}${said === "" ? "" : `: ${said}`}`;
  if (BAD_BATCH.includes(status)) throw new RejectedError(message);
  const advice =
    status >= 300 && status < 400 ? "redirects are not followed: write the final address" : OPERATOR[status];
  throw new LinkError("refused", advice === undefined ? message : `${message} (${advice})`);
}

export const httpsUplink = {
  type: "https",
  config: HttpsConfig,
  create: (id: string, config: HttpsConfig, deps: UplinkDeps): Uplink => new HttpsUplink(id, config, deps),
} satisfies UplinkType<HttpsConfig>;
