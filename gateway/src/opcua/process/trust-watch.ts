/** Whom the server trusts, as the folders say now: a file may be put on the other side at any time, by a person or another process. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@gatehouse/protocol";
import { dropTrustedFromRejected } from "../certificates.ts";
import { log } from "./parent.ts";

const EVERY_MS = 500;
const AGAIN_MS = 10_000;

/** What is told of a change, as node-opcua's certificate manager can be. */
export interface TrustList {
  reloadCertificates(): Promise<void>;
}

/** Reads the folders once, and again whenever they change, until the signal aborts. What goes wrong is tried again. */
export function followTrust(pki: string, trust: TrustList, clock: Clock, signal: AbortSignal): void {
  // Somebody may have been trusted since the server read them at its start.
  let seen: Changed | undefined;
  const look = async () => {
    const now = await changedAt(pki);
    if (now.lists === seen?.lists && now.rejected === seen.rejected) return;
    // The library turns away whoever stands on both sides.
    const dropped = await dropTrustedFromRejected(pki);
    if (now.lists !== seen?.lists || dropped > 0) {
      await trust.reloadCertificates();
      if (seen !== undefined) log.info({}, "the trust list has changed and is read anew");
    }
    seen = now;
  };
  const follow = async () => {
    while (!signal.aborted) {
      const failure = await look().catch((error: unknown) => error);
      if (failure !== undefined)
        log.warn({ reason: String(failure) }, "the trust list cannot be read, and is tried again");
      await clock.sleep(failure === undefined ? EVERY_MS : AGAIN_MS, signal);
    }
  };
  // Aborted.
  follow().catch(() => {});
}

const LISTS = ["trusted/certs", "trusted/crl", "issuers/certs", "issuers/crl"];

interface Changed {
  readonly lists: string;
  readonly rejected: number;
}

/** When the folders changed last. */
async function changedAt(pki: string): Promise<Changed> {
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
