/** What runs in a replay's second thread: does the jobs of each round from the last on, as far as the other thread has not begun them. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assess } from "../core/occupancy/assess.ts";
import { shippedModel } from "../core/occupancy/residency-model.ts";
import { BEGUN, DONE, FAILED, FREE, type ResultMessage, type RoundMessage, type Task, type Tasks } from "./second-thread.ts";

const { results } = workerData as { readonly results: MessagePort };

const doers: { readonly [T in Task]: (job: Tasks[T]["job"]) => Tasks[T]["result"] } = {
  assess: (job) => assess(job, shippedModel),
};

parentPort?.on("message", ({ round, task, jobs, stages }: RoundMessage) => {
  for (let index = jobs.length - 1; index >= 0; index--) {
    if (Atomics.compareExchange(stages, index, FREE, BEGUN) !== FREE) continue;
    let stage: number = FAILED;
    try {
      const result = doers[task](jobs[index] as Tasks[Task]["job"]);
      results.postMessage({ round, index, result } satisfies ResultMessage);
      stage = DONE;
    } finally {
      // The other thread must not wait for what will never come.
      Atomics.store(stages, index, stage);
      Atomics.notify(stages, index);
    }
  }
});
