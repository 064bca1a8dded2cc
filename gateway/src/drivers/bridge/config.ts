/** Where a program that speaks for devices publishes: keys of drivers that listen to one. Without `url` it is the gateway's own broker. */
import { SecretRef, TlsClient } from "@gatehouse/protocol";
import { z } from "zod";

/** Names without a dot and these are of the site's own network. */
const NEAR =
  /^(localhost|[^.]+|.*\.(local|lan|home\.arpa)|127(\.\d+){3}|10(\.\d+){3}|192\.168(\.\d+){2}|172\.(1[6-9]|2\d|3[01])(\.\d+){2}|\[(::1|f[cd].*)\])$/;

const BrokerUrl = z.string().transform((text, context) => {
  const problem = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (!URL.canParse(text)) return problem(`"${text}" is not a URL: write mqtt://HOST:1883 or mqtts://HOST:8883`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    return problem("a user name or password does not belong into a URL: write `username` and `password`");
  if (url.protocol === "mqtts:") return url;
  if (url.protocol !== "mqtt:") return problem(`"${text}" must begin with mqtt:// or mqtts://`);
  if (NEAR.test(url.hostname)) return url;
  return problem(`"${text}" would leave the site's network unencrypted: write mqtts://…`);
});

export const bridgeKeys = {
  url: BrokerUrl.optional().describe("the broker it publishes to; without it the gateway's own"),
  username: z.string().min(1).max(200).optional().describe("with `url`"),
  password: SecretRef.optional().describe("with `url`"),
  clientId: z.string().min(1).max(64).optional().describe("with `url`; default `gatehouse-` and the driver's id"),
  tls: TlsClient.optional().describe("with `url`"),
};

export interface BridgeConfig {
  readonly url?: URL | undefined;
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
  readonly clientId?: string | undefined;
  readonly tls?: z.infer<typeof TlsClient> | undefined;
}
