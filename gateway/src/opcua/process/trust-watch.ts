/**
 * Whom the server trusts, as the folders say now. The library's own watcher misses a file that is moved in while its client tries again; and while the
 * list is read anew the library knows nobody, rejects whoever comes just then, and turns away for good whoever stands on both sides.
 */
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
      if (now === seen) continue;
      const isRejectedAlone = now.split(" ")[0] === seen.split(" ")[0] && (await dropTrustedFromRejected(pki)) === 0;
      seen = now;
      if (isRejectedAlone) continue;
      await dropTrustedFromRejected(pki);
      await trust.reloadCertificates();
      log.info({}, "the trust list has changed and is read anew");
    }
  };
  look().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ reason: String(error) }, "changes of the trust list are not seen any more");
  });
}

/** When the two folders changed last, trusted first. */
const changedAt = async (pki: string): Promise<string> => {
  const times = [join(pki, "trusted", "certs"), join(pki, "rejected")].map((folder) =>
    stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return (await Promise.all(times)).join(" ");
};
