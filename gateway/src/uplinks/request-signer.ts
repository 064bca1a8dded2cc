/** Signs the requests of an uplink, as the site file's `sign` says. */
import { randomBytes } from "node:crypto";
import { type Clock, createSigner, Id, keyProblem, type Problem, SecretRef, signRequest } from "@gatehouse/protocol";
import { z } from "zod";

export const Sign = z
  .strictObject({
    alg: z.enum(["hmac-sha256", "hmac-sm3", "sm2"]).describe("hmac-sha256, hmac-sm3 or sm2"),
    key: SecretRef.describe("the shared secret, or an SM2 private key as PEM"),
    keyId: Id.optional().describe("under which the platform knows the key; default: the gateway's id"),
  })
  .describe("signs every request");
export type Sign = z.infer<typeof Sign>;

export interface SigningDeps {
  readonly clock: Clock;
  readonly gateway: string;
  secret(ref: SecretRef): Buffer;
}

/** Headers to add to a POST of `body` to `url`; none without `sign`. */
export type HeadersFor = (url: URL, body: string) => Promise<Readonly<Record<string, string>>>;

export function signing(sign: Sign | undefined, { clock, gateway, secret }: SigningDeps): HeadersFor {
  if (sign === undefined) return async () => ({});
  const { alg, key, keyId = gateway } = sign;
  let signer: ReturnType<typeof createSigner> | undefined;
  return async (url, body) => {
    signer ??= createSigner(alg, secret(key));
    const request = { method: "POST", target: `${url.pathname}${url.search}`, body: Buffer.from(body) };
    const time = new Date(clock.nowMs()).toISOString();
    return signRequest(await signer, request, { keyId, time, nonce: randomBytes(16).toString("base64url") });
  };
}

export function signProblems(sign: Sign | undefined, secret: (ref: SecretRef) => Buffer): readonly Problem[] {
  if (sign === undefined) return [];
  const problem = keyProblem(sign.alg, "private", secret(sign.key));
  return problem === undefined ? [] : [{ path: "sign.key", ...problem }];
}
