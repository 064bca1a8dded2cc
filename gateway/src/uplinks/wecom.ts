/** Uplink `wecom`: messages for people through a group robot of WeCom, or of Government-WeChat on a host of its own. */
import { LinkError, RejectedError, SecretRef } from "@gatehouse/protocol";
import { z } from "zod";
import type { Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { platformUrl } from "./address.ts";
import { NoticeUplink, noticeKeys, previewNotice } from "./notices/notice-uplink.ts";
import type { Notice } from "./notices/text.ts";
import type { PostAnswer } from "./post.ts";

export const WecomConfig = z.strictObject({
  host: platformUrl("https:", "http:")
    .prefault("https://qyapi.weixin.qq.com")
    .describe("of the robot; Government-WeChat has its own"),
  key: SecretRef.describe("the robot's key: what stands behind `key=` in its address"),
  ...noticeKeys,
});
export type WecomConfig = z.infer<typeof WecomConfig>;

const PATH = "/cgi-bin/webhook/send";
/** A robot's markdown takes so many bytes. */
const MAX_BYTES = 4_000;
/** The robot counts by the minute. */
const SLOW_DOWN_MS = 60_000;

const Answer = z.looseObject({ errcode: z.int(), errmsg: z.string().default("") });

/** By errcode. */
const KEEP: Readonly<Record<number, string>> = {
  [-1]: "the robot's side is busy",
  45009: "too many messages a minute: lower `perMinute`",
  93000: "there is no robot with this key: check `key`, or add the robot to the group again",
};
/** The message itself is not taken: empty, too long, malformed. */
const BAD_MESSAGE: readonly number[] = [40008, 40058, 44004, 45002];

function markdown({ title, lines, link, emergency }: Notice): string {
  const colour = emergency ? "warning" : "comment";
  const head = `**<font color="${colour}">${plain(title)}</font>**`;
  const text = [head, ...lines.map((line) => `> ${plain(line)}`)].join("\n");
  const tail = link === undefined ? "" : `\n[→](${link})`;
  return `${cut(text, MAX_BYTES - Buffer.byteLength(tail))}${tail}`;
}

/** Names of a site must not turn into links or colours. */
const plain = (text: string): string => text.replace(/[<>[\]*`]/g, " ");

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const kept = Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString("utf8")
    .replace(/\ufffd+$/, "");
  return `${kept}…`;
}

function judge({ text }: PostAnswer): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const answer = Answer.safeParse(json).data;
  if (answer === undefined) throw new LinkError("refused", "what answers there is no group robot: check `host`");
  const { errcode, errmsg } = answer;
  if (errcode === 0) return;
  const said = `the robot answered ${errcode}: ${errmsg.slice(0, 200)}`;
  if (BAD_MESSAGE.includes(errcode)) throw new RejectedError(said);
  const advice = KEEP[errcode];
  const options = errcode === 45009 ? { notBeforeMs: SLOW_DOWN_MS } : {};
  throw new LinkError("refused", advice === undefined ? said : `${said} (${advice})`, options);
}

const body = (notice: Notice): string =>
  JSON.stringify({ msgtype: "markdown", markdown: { content: markdown(notice) } });

function create(id: string, { host, key, ...options }: WecomConfig, deps: UplinkDeps): Uplink {
  const url = new URL(PATH, host);
  url.searchParams.set("key", deps.secret(key).toString("utf8"));
  return new NoticeUplink(id, options, { url, headers: async () => ({}), body, judge }, deps);
}

export const wecomUplink = {
  type: "wecom",
  config: WecomConfig,
  create,
  preview: async (config, _deps, item) => previewNotice(config, item, body),
} satisfies UplinkType<WecomConfig>;
