/** The storage thread: answers requests one by one, and keeps house when there are none. */
import { parentPort, workerData } from "node:worker_threads";
import { Engine, type EngineOptions } from "./engine.ts";
import { type Failure, failureOf } from "./failure.ts";
import { refusalOf } from "./refusal.ts";
import { releaseMemory } from "./release-memory.ts";
import type { Answers, FromWorker, Notice, Request, ToWorker } from "./wire.ts";

const options = workerData as EngineOptions;
const port = parentPort;
let engine: Engine | undefined;
let idle: NodeJS.Immediate | undefined;

const post = (message: FromWorker): void => port?.postMessage(message);

port?.on("message", ({ id, request }: ToWorker) => {
  try {
    post({ id, value: request.op === "open" ? open() : answer(request, engine) });
  } catch (error) {
    post({ id, failure: failed(error) });
  }
  idle ??= setImmediate(keepHouse);
});

function answer(request: Exclude<Request, { op: "open" }>, engine: Engine | undefined): Answers[keyof Answers] {
  if (request.op === "release-memory") return release();
  if (engine === undefined) throw new TypeError(`${request.op} while the store is not open`);
  switch (request.op) {
    case "commit":
      return engine.commit(request.batch);
    case "waiting":
      return engine.waiting(request.lane, request.after, request.limit, request.maxBytes);
    case "journal":
      return engine.journal(request.after, request.limit);
    case "alerts":
      return engine.alerts();
    case "alert-page":
      return engine.alertPage(request);
    case "set-aside":
      return engine.setAside(request.from, request.to);
    case "forget":
      return engine.forget(request);
    case "stats":
      return engine.stats();
    case "close":
      return close(engine);
  }
}

function release(): null {
  releaseMemory();
  return null;
}

function open(): Answers["open"] {
  try {
    const opened = Engine.open(options);
    if ("refused" in opened) return opened;
    engine = opened;
    return { recovered: opened.recovered };
  } catch (error) {
    const refused = refusalOf(error, options.dir);
    if (refused === undefined) throw error;
    return { refused };
  }
}

function close(open: Engine): null {
  engine = undefined;
  if (idle !== undefined) clearImmediate(idle);
  open.close();
  return null;
}

function failed(error: unknown): Failure {
  const failure = tryTo(() => Engine.failureOf(error, options)) ?? failureOf(error);
  if (failure.kind === "full") tryTo(() => (engine === undefined ? Engine.dropBallast(options) : engine.makeRoom()));
  if (failure.kind === "damaged") tryTo(() => engine?.markDamaged(failure.detail));
  return failure;
}

/** Best effort on a failing disk: the request that failed is repeated anyway. */
function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // The next attempt meets the same disk and says so.
    return undefined;
  }
}

function keepHouse(): void {
  idle = undefined;
  if (engine === undefined) return;
  try {
    const { more, ...notice } = engine.idleStep();
    tell(notice);
    if (more) idle = setImmediate(keepHouse);
  } catch (error) {
    tell({ failure: failed(error) });
  }
}

function tell(notice: Notice): void {
  if (Object.keys(notice).length > 0) post({ notice });
}
