/** Smooths the diaries of a morning on two threads: a replay is waited for, and mornings are most of its work. The same results as on one. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type SmoothAll, type SmoothJob, smoothJob } from "../core/occupancy/assess.ts";
import type { Smoothed } from "../core/occupancy/smoother.ts";
import {
  createDesk,
  type Desk,
  DONE,
  END,
  FAILED,
  fitsDesk,
  putJob,
  resultAt,
  SLOTS,
  takeTicket,
} from "./smoothing-desk.ts";

/** Fewer are not worth waking the other thread for. */
const LEAST_JOBS = 4;

export class SmoothingPair implements Disposable {
  #desk: Desk | undefined;
  #worker: Worker | undefined;
  /** Jobs the other thread has taken, ever. */
  #taken = 0;

  readonly smoothAll: SmoothAll = (jobs) => {
    const shared =
      availableParallelism() > 1 && jobs.length >= LEAST_JOBS && jobs.length <= SLOTS && jobs.every(fitsDesk);
    return shared ? this.#share(jobs) : jobs.map(smoothJob);
  };

  [Symbol.dispose](): void {
    void this.#worker?.terminate();
  }

  #share(jobs: readonly SmoothJob[]): Smoothed[] {
    const desk = this.#begin();
    const { counters } = desk;
    if (Atomics.load(counters, FAILED) === 1) return jobs.map(smoothJob);
    const first = Atomics.load(counters, END);
    for (const [index, job] of jobs.entries()) putJob(desk, first + index, job);
    Atomics.store(counters, END, first + jobs.length);
    Atomics.notify(counters, END);
    const mine = new Map<number, Smoothed>();
    for (let ticket = takeTicket(desk); ticket !== undefined; ticket = takeTicket(desk))
      mine.set(ticket, smoothJob(jobs[ticket - first] as SmoothJob));
    this.#taken += jobs.length - mine.size;
    this.#await(desk);
    const failed = Atomics.load(counters, FAILED) === 1;
    return jobs.map((job, index) => {
      const ticket = first + index;
      return mine.get(ticket) ?? (failed ? smoothJob(job) : resultAt(desk, ticket, job));
    });
  }

  #begin(): Desk {
    if (this.#desk !== undefined) return this.#desk;
    this.#desk = createDesk();
    const file = import.meta.url.endsWith(".ts") ? "./smoothing-worker.ts" : "./smoothing-worker.js";
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: this.#desk, name: "smoothing" });
    // Alone it goes on as well.
    this.#worker.on("error", () => {});
    this.#worker.unref();
    return this.#desk;
  }

  /** Until the other thread has finished what it took. */
  #await({ counters }: Desk): void {
    for (let done = Atomics.load(counters, DONE); done < this.#taken; done = Atomics.load(counters, DONE)) {
      if (Atomics.load(counters, FAILED) === 1) return;
      Atomics.wait(counters, DONE, done);
    }
  }
}
