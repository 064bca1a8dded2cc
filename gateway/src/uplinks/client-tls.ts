/** What an uplink shows and believes in TLS. */
import type { SecretRef, TlsClient } from "@gatehouse/protocol";
import type { z } from "zod";

/** PEM. Without `ca` the authorities of Node count. */
export interface ClientTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly minVersion: "TLSv1.2";
}

export function clientTls(tls: z.infer<typeof TlsClient> | undefined, secret: (ref: SecretRef) => Buffer): ClientTls {
  const read = (name: "ca" | "cert" | "key") => (tls?.[name] === undefined ? {} : { [name]: secret(tls[name]) });
  return { ...read("ca"), ...read("cert"), ...read("key"), minVersion: "TLSv1.2" };
}
