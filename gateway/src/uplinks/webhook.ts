/** Uplink `webhook`: messages for people, as plain JSON to any address. */
import { SecretRef } from "@gatehouse/protocol";
import { z } from "zod";
import type { Uplink, UplinkDeps, UplinkType } from "../core/ports.ts";
import { platformUrl } from "./address.ts";
import { NoticeUplink, noticeKeys, previewNotice } from "./notices/notice-uplink.ts";
import type { Notice } from "./notices/text.ts";
import { Sign, signing, signProblems } from "./request-signer.ts";

export const WebhookConfig = z.strictObject({
  url: platformUrl("https:", "http:").describe("where messages are posted to"),
  token: SecretRef.optional().describe("sent as `Authorization: Bearer`"),
  sign: Sign.optional(),
  ...noticeKeys,
});
export type WebhookConfig = z.infer<typeof WebhookConfig>;

function create(id: string, { url, token, sign, ...options }: WebhookConfig, deps: UplinkDeps): Uplink {
  const bearer = token === undefined ? {} : { authorization: `Bearer ${deps.secret(token).toString("utf8")}` };
  const signed = signing(sign, deps);
  const headers = async (body: string) => ({ ...bearer, ...(await signed(url, body)) });
  const body = bodyOf(deps);
  return new NoticeUplink(id, options, { url, headers, body, judge: () => {} }, deps);
}

function bodyOf(deps: UplinkDeps): (notice: Notice) => string {
  return ({ id: event, type, time, emergency, title, lines, link }) =>
    JSON.stringify({ gateway: deps.gateway, id: event, type, time, emergency, title, text: lines.join("\n"), link });
}

export const webhookUplink = {
  type: "webhook",
  config: WebhookConfig,
  create,
  preview: async (config, deps, item) => previewNotice(config, item, bodyOf(deps)),
  problems: ({ sign }, secret) => signProblems(sign, secret),
} satisfies UplinkType<WebhookConfig>;
