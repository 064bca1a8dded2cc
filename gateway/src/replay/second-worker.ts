/** What runs in a replay's second thread: does the jobs of each round from the last on, as far as the other thread has not begun them. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assess } from "../core/occupancy/assess.ts";
import { shippedModel } from "../core/occupancy/residency-model.ts";
import {
  BEGUN,
  DONE,
  FAILED,
  FREE,
  type ResultMessage,
  type RoundMessage,
  type Task,
  type Tasks,
} from "./second-thread.ts";

const { results } = workerData as { readonly results: MessagePort };

type Do<T extends Task> = (job: Tasks[T]["job"]) => Tasks[T]["result"];

/** Drawing takes a library that is long to load. */
const doers: { readonly [T in Task]: () => Promise<Do<T>> } = {
  assess: async () => (job) => assess(job, shippedModel),
  draw: async () => (await import("./report/rooms.ts")).drawRoom,
};

async function begin<T extends Task>({ round, task, jobs, stages }: RoundMessage<T>): Promise<void> {
  const doer: Do<T> = await doers[task]();
  for (let index = jobs.length - 1; index >= 0; index--) {
    if (Atomics.compareExchange(stages, index, FREE, BEGUN) !== FREE) continue;
    let stage: number = FAILED;
    try {
      const result = doer(jobs[index] as Tasks[T]["job"]);
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
