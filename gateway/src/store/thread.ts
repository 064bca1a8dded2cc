/** The main thread's end of the storage thread: asks until the disk has done it, and says so when it does not. */
import { Worker } from "node:worker_threads";
import { type Clock, InvariantError, LinkError } from "@gatehouse/protocol";
import type { Health, Logger } from "../core/ports.ts";
import type { EngineOptions } from "./engine.ts";
import type { Failure } from "./failure.ts";
import type { Answers, FromWorker, Notice, Request, ToWorker } from "./wire.ts";

const FIRST_RETRY_MS = 5;
const MAX_RETRY_MS = 1_000;

export interface ThreadOptions {
  readonly engine: EngineOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly onNotice: (notice: Notice) => void;
  /** The store is of no more use: the process must end. */
  readonly onFatal: (error: InvariantError) => void;
}

type Reply = { readonly value: Answers[keyof Answers] } | { readonly failure: Failure };

export class StorageThread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  /** Requests the disk refuses just now. */
  readonly #refused = new Set<Request>();
  readonly #lastTry = new AbortController();
  #lastId = 0;
  #ended: LinkError | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: options.engine, name: "storage" });
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (cause) => this.#die(new InvariantError("the storage thread threw", { cause })));
    this.#worker.on("exit", (code) => this.#die(new InvariantError(`the storage thread ended with code ${code}`)));
  }

  /** Rejects with LinkError only when the store is closed first. */
  async ask<Op extends Request["op"]>(request: Request & { readonly op: Op }): Promise<Answers[Op]> {
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(MAX_RETRY_MS, delayMs * 2)) {
      const lastTry = this.#lastTry.signal.aborted;
      const reply = await this.#post(request);
      if ("value" in reply) {
        if (this.#refused.delete(request)) this.#worksAgain();
        return reply.value as Answers[Op];
      }
      this.#failed(request, reply.failure);
      if (lastTry) throw new LinkError("closed", `the store is closing and the disk fails: ${reply.failure.detail}`);
      await this.#options.clock.sleep(delayMs, this.#lastTry.signal).catch(() => {});
    }
  }

  /** From here on a request is tried at most once more. */
  giveUpSoon(): void {
    this.#lastTry.abort();
  }

  async end(): Promise<void> {
    this.#ended ??= new LinkError("closed", "the store is closed");
    await this.#worker.terminate();
  }

  #post(request: Request): Promise<Reply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#replies.set(id, (reply) => (this.#ended === undefined ? resolve(reply) : reject(this.#ended)));
      this.#worker.postMessage({ id, request } satisfies ToWorker);
    });
  }

  #receive(message: FromWorker): void {
    if ("notice" in message) {
      const { failure } = message.notice;
      if (failure !== undefined && isFatal(failure)) this.#die(fatalError(failure));
      this.#options.onNotice(message.notice);
      return;
    }
    const reply = this.#replies.get(message.id);
    this.#replies.delete(message.id);
    reply?.(message);
  }

  #failed(request: Request, failure: Failure): void {
    if (isFatal(failure)) {
      const error = fatalError(failure);
      this.#die(error);
      throw new LinkError("closed", "the store is out of use", { cause: error });
    }
    const { log, health, engine } = this.#options;
    if (this.#refused.size === 0)
      log.error({ dir: engine.dir, detail: failure.detail }, "the disk fails, trying again until it works");
    this.#refused.add(request);
    if (failure.kind === "full") health.raise("storage-full", engine.dir, `${failure.detail}: ${FREE_SPACE}`);
    else health.raise("storage-failing", engine.dir, `${failure.detail}: ${CHECK_DISK}`);
  }

  #worksAgain(): void {
    if (this.#refused.size > 0) return;
    const { log, health, engine } = this.#options;
    log.info({ dir: engine.dir }, "the disk works again");
    health.clear("storage-full", engine.dir);
    health.clear("storage-failing", engine.dir);
  }

  #die(error: InvariantError): void {
    if (this.#ended !== undefined) return;
    this.#ended = new LinkError("closed", "the store is out of use", { cause: error });
    for (const reply of this.#replies.values()) reply({ failure: { kind: "bug", detail: error.message } });
    this.#replies.clear();
    const { log, health, engine, onFatal } = this.#options;
    log.error({ dir: engine.dir, err: error }, "the store is out of use, the process must start anew");
    health.raise("storage-failing", engine.dir, error.message);
    onFatal(error);
  }
}

const FREE_SPACE =
  "free some space on this file system; old telemetry makes room meanwhile, nothing new is acknowledged";
const CHECK_DISK = "check the disk and its cable; nothing is acknowledged until it writes again";

function isFatal(failure: Failure): boolean {
  return failure.kind === "damaged" || failure.kind === "bug";
}

function fatalError({ kind, detail }: Failure): InvariantError {
  if (kind === "bug") return new InvariantError(`the store met a request it cannot do: ${detail}`);
  return new InvariantError(`the database is damaged, the next start puts it aside: ${detail}`);
}
