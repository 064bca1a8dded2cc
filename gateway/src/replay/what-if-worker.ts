/** The thread a "what if" runs in. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError } from "@gatehouse/protocol";
import { type WhatIfAsked, whatIf } from "./what-if.ts";
import type { FromWhatIf } from "./what-if-thread.ts";

const post = (message: FromWhatIf): void => parentPort?.postMessage(message);

try {
  const spaces = await whatIf(workerData as WhatIfAsked, (share) => post({ share }));
  post({ spaces });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  post({ problems: error.problems });
}
