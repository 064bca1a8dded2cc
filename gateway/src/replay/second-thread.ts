/**
 * A replay's second thread. Jobs are laid out for it in rounds: it takes them from the end on, while this thread takes the one it needs next. What comes
 * out does not depend on who did which.
 */
import { availableParallelism } from "node:os";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Assessed, MorningJob } from "../core/occupancy/assess.ts";

/** How far a job is. Whoever turns FREE into BEGUN does it. */
export const [FREE, BEGUN, DONE, FAILED] = [0, 1, 2, 3] as const;

/** Jobs and results are plain data: each is copied on its way. */
export interface RoundMessage {
  readonly round: number;
  readonly jobs: readonly MorningJob[];
  /** By job; shared. */
  readonly stages: Int32Array;
}

export interface ResultMessage {
  readonly round: number;
  readonly index: number;
  readonly result: Assessed;
}

/** A job takes a millisecond; a thread that is not done after so long is no more. */
const PATIENCE_MS = 10_000;

export class SecondThread implements Disposable {
  readonly #channel = new MessageChannel();
  #worker: Worker | undefined;
  #rounds = 0;
  /** Results that came in, by round and job. */
  readonly #results = new Map<number, Map<number, Assessed>>();

  /** Undefined where there is no second processor core. */
  static create(): SecondThread | undefined {
    return availableParallelism() > 1 ? new SecondThread() : undefined;
  }

  [Symbol.dispose](): void {
    this.#channel.port1.close();
    void this.#worker?.terminate();
  }

  share(jobs: readonly MorningJob[]): Round {
    const stages = new Int32Array(new SharedArrayBuffer(4 * jobs.length));
    this.#rounds += 1;
    const round = this.#rounds;
    this.#results.set(round, new Map());
    this.#begin().postMessage({ round, jobs, stages } satisfies RoundMessage);
    return new Round(stages, {
      result: (index) => this.#resultOf(round, index),
      drop: () => void this.#results.delete(round),
    });
  }

  #resultOf(round: number, index: number): Assessed | undefined {
    for (let next = receiveMessageOnPort(this.#channel.port1); next !== undefined; ) {
      const message = next.message as ResultMessage;
      this.#results.get(message.round)?.set(message.index, message.result);
      next = receiveMessageOnPort(this.#channel.port1);
    }
    const results = this.#results.get(round);
    const result = results?.get(index);
    results?.delete(index);
    return result;
  }

  #begin(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const file = import.meta.url.endsWith(".ts") ? "./second-worker.ts" : "./second-worker.js";
    const { port2 } = this.#channel;
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: { results: port2 },
      transferList: [port2],
      name: "replay",
    });
    // Alone it goes on as well.
    this.#worker.on("error", () => {});
    this.#worker.unref();
    return this.#worker;
  }
}

/** Jobs laid out together. */
export class Round {
  readonly #stages: Int32Array;
  readonly #thread: { result(index: number): Assessed | undefined; drop(): void };

  constructor(stages: Int32Array, thread: { result(index: number): Assessed | undefined; drop(): void }) {
    this.#stages = stages;
    this.#thread = thread;
  }

  /** The result of a job: of the other thread if it has begun it, else by `here`. Once for each job. */
  take(index: number, here: () => Assessed): Assessed {
    const stages = this.#stages;
    if (Atomics.compareExchange(stages, index, FREE, BEGUN) === FREE) return here();
    Atomics.wait(stages, index, BEGUN, PATIENCE_MS);
    if (Atomics.load(stages, index) !== DONE) return here();
    return this.#thread.result(index) ?? here();
  }

  /** Nobody needs what is left of it. */
  drop(): void {
    for (let index = 0; index < this.#stages.length; index++) Atomics.compareExchange(this.#stages, index, FREE, BEGUN);
    this.#thread.drop();
  }
}
