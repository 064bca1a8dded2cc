/** Uplink over HTTPS: batches of CloudEvents by POST, and the platform's receipt in the answer. */
import { Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { type Command, InvariantError, LinkError, RejectedError, TlsClient } from "@gatehouse/protocol";
import { z } from "zod";
import type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { allowPrivate, platformUrl } from "./address.ts";
import { clientTls } from "./client-tls.ts";
import { CommandInbox } from "./command-inbox.ts";
import { pollCommands } from "./command-poll.ts";
import { judgeStatus } from "./http-verdict.ts";
import { lookupOf } from "./outbound-address.ts";
import { isPage, post } from "./post.ts";
import { parseReceipt, resultOf } from "./receipt.ts";
import { type HeadersFor, Sign, signing, signProblems } from "./request-signer.ts";

export const HttpsConfig = z.strictObject({
  url: platformUrl("https:", "http:").describe("where batches are posted to"),
  receipt: z
    .enum(["json", "status"])
    .default("json")
    .describe(
      "`json`: the answer names what was accepted; `status`: a platform that only answers 2xx, which accepts all",
    ),
  sign: Sign.optional(),
  tls: TlsClient.optional(),
  allowPrivate,
});
export type HttpsConfig = z.infer<typeof HttpsConfig>;

const CONNECT_MS = 10_000;
const ANSWER_MS = 30_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Every lane has its own connection, with some to spare. */
const MAX_SOCKETS = 8;
/** Idle connections go before most servers close them. */
const IDLE_MS = 15_000;

const EVENTS = "application/cloudevents-batch+json";

class HttpsUplink implements Uplink {
  readonly id: string;
  readonly graceMs = 0;
  readonly #config: HttpsConfig;
  readonly #deps: UplinkDeps;
  readonly #agent: PlainAgent;
  readonly #inbox: CommandInbox;
  readonly #signed: HeadersFor;
  readonly #ended = new AbortController();
  #used = false;

  constructor(id: string, config: HttpsConfig, deps: UplinkDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#agent = createAgent(config, deps);
    this.#inbox = new CommandInbox(deps.log);
    this.#signed = signing(config.sign, deps);
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
    const { url, allowPrivate } = this.#config;
    const body = `[${batch.map((item) => item.text).join(",")}]`;
    const contentType = batch.some(({ event }) => event !== undefined) ? "application/json" : EVENTS;
    const options = {
      url,
      agent: this.#agent,
      headers: { "content-type": contentType, accept: "application/json", ...(await this.#signed(url, body)) },
      clock: this.#deps.clock,
      connectMs: CONNECT_MS,
      answerMs: ANSWER_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      ...lookupOf(url, allowPrivate),
    };
    const answer = await post(options, body, [signal, this.#ended.signal]);
    judgeStatus(answer, url, this.#deps.clock.nowMs());
    if (isPage(answer)) {
      const advice =
        "a log-in page of the network, or a proxy, stands in between: sign this gateway in, or check the url";
      throw new LinkError("refused", `${url.origin} answered ${answer.status} with a web page (${advice})`);
    }
    if (this.#config.receipt === "status") return { accepted: batch.map((item) => item.seq), rejected: [] };
    const receipt = parseReceipt(answer.text);
    if (receipt === undefined && batch.length === 0)
      throw new RejectedError(`${url.origin} answers an empty batch with no receipt`);
    if (receipt === undefined) {
      throw new LinkError(
        "refused",
        `${url.origin} answered ${answer.status} with ${answer.contentType}, which is no receipt: check the url, or set \`receipt: status\``,
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

export const httpsUplink = {
  type: "https",
  config: HttpsConfig,
  create: (id: string, config: HttpsConfig, deps: UplinkDeps): Uplink => new HttpsUplink(id, config, deps),
  problems: ({ sign }, secret) => signProblems(sign, secret),
  preview: async ({ url, sign }, deps, { text, event }) => {
    const body = `[${text}]`;
    const headers = {
      "content-type": event === undefined ? EVENTS : "application/json",
      ...(await signing(sign, deps)(url, body)),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return [`POST ${url.href}`, ...lines, "", body].join("\n");
  },
} satisfies UplinkType<HttpsConfig>;
