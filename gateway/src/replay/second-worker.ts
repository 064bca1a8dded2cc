/** What runs in a replay's second thread: does the jobs of each round from the last on, as far as the other thread has not begun them. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assess } from "../core/occupancy/assess.ts";
import { shippedModel } from "../core/occupancy/residency-model.ts";
import { BEGUN, DONE, FAILED, FREE, type ResultMessage, type RoundMessage } from "./second-thread.ts";

const { results } = workerData as { readonly results: MessagePort };

function begin({ round, jobs, stages }: RoundMessage): void {
  for (const [index, job] of [...jobs.entries()].toReversed()) {
    if (Atomics.compareExchange(stages, index, FREE, BEGUN) !== FREE) continue;
    let stage: number = FAILED;
    try {
      const result = assess(job, shippedModel);
      results.postMessage({ round, index, result } satisfies ResultMessage);
      stage = DONE;
    } finally {
      // The other thread must not wait for what will never come.
      Atomics.store(stages, index, stage);
      Atomics.notify(stages, index);
    }
  }
}

parentPort?.on("message", begin);
