/** Whom the server trusts, as the folder says now: the library's own watcher misses a file that is moved in while its client tries again. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@gatehouse/protocol";
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
      seen = now;
      await trust.reloadCertificates();
      log.info({}, "the trust list has changed and is read anew");
    }
  };
  look().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ reason: String(error) }, "changes of the trust list are not seen any more");
  });
}

const changedAt = (pki: string): Promise<number> =>
  stat(join(pki, "trusted", "certs")).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
