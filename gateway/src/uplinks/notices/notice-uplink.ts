/** An uplink for people: events as short messages, so many a minute and the rest as one digest, quiet at night but for emergencies. */
import { Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { type Command, InvariantError, LinkError } from "@gatehouse/protocol";
import { z } from "zod";
import type { OutboxItem, SendResult, Uplink, UplinkDeps } from "../../core/ports.ts";
import { judgeStatus } from "../http-verdict.ts";
import { carefulLookup } from "../outbound-address.ts";
import { isPage, type PostAnswer, post } from "../post.ts";
import { isQuiet, QuietHours } from "./quiet-hours.ts";
import { digestOf, Language, type Notice, noticeOf } from "./text.ts";

export const noticeKeys = {
  language: Language.default("zh").describe("`zh` or `en`"),
  consoleUrl: z
    .string()
    .regex(/^https?:\/\/\S+$/, "must be a URL, with {alert} where the alert's id belongs")
    .optional()
    .describe("link to the alert, with `{alert}` for its id"),
  perMinute: z
    .int()
    .min(2)
    .max(600)
    .default(20)
    .describe("messages a minute; a quarter of them is left to emergencies"),
  quiet: QuietHours.optional(),
  allowPrivate: z.boolean().default(false).describe("also to this machine's own addresses"),
};
const NoticeOptions = z.strictObject(noticeKeys);

/** What one kind of webhook does differently. */
export interface Chat {
  readonly url: URL;
  readonly headers: (body: string) => Promise<Readonly<Record<string, string>>>;
  body(notice: Notice): string;
  /** Returns when the other side took it. Throws LinkError or RejectedError. */
  judge(answer: PostAnswer): void;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const MINUTE_MS = 60_000;

export class NoticeUplink implements Uplink {
  readonly id: string;
  readonly graceMs = 0;
  readonly #options: z.infer<typeof NoticeOptions>;
  readonly #chat: Chat;
  readonly #deps: UplinkDeps;
  readonly #agent: PlainAgent;
  readonly #ended = new AbortController();
  /** When the messages of the last minute went, monotonic. */
  #sentMs: number[] = [];
  #used = false;

  constructor(id: string, options: z.infer<typeof NoticeOptions>, chat: Chat, deps: UplinkDeps) {
    this.id = id;
    this.#options = options;
    this.#chat = chat;
    this.#deps = deps;
    this.#agent = chat.url.protocol === "http:" ? new PlainAgent() : new SecureAgent({ minVersion: "TLSv1.2" });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`uplink ${this.id} runs once`);
    this.#used = true;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.#ended.abort(signal.reason);
    this.#agent.destroy();
  }

  /** What has to wait for its minute or for the morning is kept. */
  async send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult> {
    const { language, consoleUrl, quiet } = this.#options;
    const accepted: number[] = [];
    const unsent: number[] = [];
    const notices: Notice[] = [];
    let deferred = false;
    const nowMs = this.#deps.clock.nowMs();
    for (const { seq, text, event } of batch) {
      const notice = noticeOf(seq, event ?? text, language, consoleUrl);
      if (notice === undefined) unsent.push(seq);
      else if (!notice.emergency && isQuiet(quiet, nowMs, notice.time)) deferred = true;
      else notices.push(notice);
    }
    const groups = this.#grouped(notices);
    if (groups.length === 0 && notices.length > 0) deferred = true;
    for (const group of groups) {
      try {
        const notice = digestOf(group, language);
        if (notice !== undefined) await this.#tell(notice, signal);
      } catch (error) {
        if (accepted.length + unsent.length === 0) throw error;
        break;
      }
      accepted.push(...group.map(({ seq }) => seq));
    }
    const nothing = unsent.length === 0 ? {} : { unsent };
    return { accepted: [...unsent, ...accepted], rejected: [], ...nothing, ...(deferred ? { deferred } : {}) };
  }

  async *commands(): AsyncGenerator<Command> {}

  /** One by one as far as the minute allows, the rest together. */
  #grouped(notices: readonly Notice[]): readonly (readonly Notice[])[] {
    const { perMinute } = this.#options;
    const monoMs = this.#deps.clock.monoMs();
    this.#sentMs = this.#sentMs.filter((ms) => monoMs - ms < MINUTE_MS);
    const most = notices.some(({ emergency }) => emergency) ? perMinute : Math.floor(perMinute * 0.75);
    const free = Math.max(0, most - this.#sentMs.length);
    if (notices.length <= free) return notices.map((notice) => [notice]);
    if (free === 0) return [];
    return [...notices.slice(0, free - 1).map((notice) => [notice]), notices.slice(free - 1)];
  }

  async #tell(notice: Notice, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const { url, headers } = this.#chat;
    const lookup = carefulLookup(url, this.#options.allowPrivate);
    this.#sentMs.push(clock.monoMs());
    const body = this.#chat.body(notice);
    const options = {
      url,
      agent: this.#agent,
      headers: { "content-type": "application/json", ...(await headers(body)) },
      clock,
      connectMs: CONNECT_MS,
      answerMs: ANSWER_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      ...lookup,
    };
    const answer = await post(options, body, [signal, this.#ended.signal]);
    judgeStatus(answer, url, clock.nowMs());
    if (isPage(answer))
      throw new LinkError(
        "refused",
        `${url.origin} answered with a web page: check the address, and whether the network asks for a log-in`,
      );
    this.#chat.judge(answer);
  }
}

/** What people would be told of an item. */
export function previewNotice(
  { language, consoleUrl }: Pick<z.infer<typeof NoticeOptions>, "language" | "consoleUrl">,
  { seq, text, event }: OutboxItem,
  body: (notice: Notice) => string,
): string {
  const notice = noticeOf(seq, event ?? text, language, consoleUrl);
  return notice === undefined ? "people are told nothing of this event" : body(notice);
}
