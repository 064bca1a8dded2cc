/** Whom the server trusts, as the folders say now: a file may be put on the other side at any time, by a person or another process. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@gatehouse/protocol";
import { dropTrustedFromRejected } from "../certificates.ts";
import { log } from "./parent.ts";

const EVERY_MS = 500;

/** What is told of a change, as node-opcua's certificate manager can be. */
export interface TrustList {
  reloadCertificates(): Promise<void>;
}

/** Looks again and again until the signal aborts. */
export function followTrust(pki: string, trust: TrustList, clock: Clock, signal: AbortSignal): void {
  const look = async () => {
    let seen = await changedAt(pki);
    while (!signal.aborted) {
      await clock.sleep(EVERY_MS, signal);
      const now = await changedAt(pki);
      if (now.lists === seen.lists && now.rejected === seen.rejected) continue;
      const isRejectedAlone = now.lists === seen.lists && (await dropTrustedFromRejected(pki)) === 0;
      seen = now;
      if (isRejectedAlone) continue;
      // The library turns away whoever stands on both sides.
      await dropTrustedFromRejected(pki);
      await trust.reloadCertificates();
      log.info({}, "the trust list has changed and is read anew");
    }
  };
  look().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ reason: String(error) }, "changes of the trust list are not seen any more");
  });
}

const LISTS = ["trusted/certs", "trusted/crl", "issuers/certs", "issuers/crl"];

/** When the folders changed last. */
async function changedAt(pki: string): Promise<{ readonly lists: string; readonly rejected: number }> {
  const [rejected = 0, ...lists] = await Promise.all(
    ["rejected", ...LISTS].map((folder) =>
      stat(join(pki, folder)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return { lists: lists.join(" "), rejected };
}
