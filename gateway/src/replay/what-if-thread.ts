/** A "what if" in a thread of its own, beside the running gateway: with progress, and ended at once when nobody wants it any more. */
import { Worker } from "node:worker_threads";
import { ConfigError, LinkError, type Problem } from "@gatehouse/protocol";
import type { SpaceUnder, WhatIfAsked } from "./what-if.ts";

export type FromWhatIf =
  | { readonly share: number }
  | { readonly spaces: readonly SpaceUnder[] }
  | { readonly problems: readonly Problem[] };

/** Memory of the thread; a replay keeps the state of one gateway, twice. */
const LIMITS = { maxOldGenerationSizeMb: 768 };

/** Throws ConfigError where there is nothing to replay, LinkError when the thread ends on its own or the signal aborts. */
export async function whatIfInThread(
  asked: WhatIfAsked,
  at: (share: number) => void,
  signal: AbortSignal,
): Promise<readonly SpaceUnder[]> {
  const file = import.meta.url.endsWith(".ts") ? "./what-if-worker.ts" : "./what-if-worker.js";
  const workerData: WhatIfAsked = { ...asked };
  const worker = new Worker(new URL(file, import.meta.url), { workerData, resourceLimits: LIMITS, name: "what-if" });
  const ended = Promise.withResolvers<readonly SpaceUnder[]>();
  const giveUp = (reason: string) => ended.reject(new LinkError("closed", reason));
  const onAbort = () => giveUp("it was cancelled");
  worker.on("message", (message: FromWhatIf) => {
    if ("share" in message) at(message.share);
    else if ("problems" in message) ended.reject(new ConfigError(message.problems));
    else ended.resolve(message.spaces);
  });
  worker.on("error", (error) => ended.reject(error));
  worker.on("exit", () => giveUp("the replay's thread ended"));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await worker.terminate();
  }
}
