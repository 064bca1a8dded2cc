/** Work for worker threads: one task a message, one answer a task, on all cores. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** Answers in the order of the tasks, whatever the order in which they are done. */
export async function onAllCores<Task, Answer>(
  script: URL,
  tasks: readonly Task[],
  onDone: (done: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    const worker = new Worker(script);
    try {
      for (let index = next++; index < tasks.length; index = next++) {
        answers[index] = await ask<Answer>(worker, tasks[index]);
        done += 1;
        onDone(done);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return answers;
}

function ask<Answer>(worker: Worker, task: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
    };
    const onMessage = (answer: Answer): void => {
      settle();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.postMessage(task);
  });
}
