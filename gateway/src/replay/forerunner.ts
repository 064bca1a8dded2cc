/**
 * A replay's forerunner: a thread that goes the same way some pieces ahead and assesses the mornings, which are most of the work. Mornings rest on
 * diaries alone, and diaries on readings alone, so it does without rules and meets the same mornings in the same order: what comes out is what one
 * thread alone would say.
 */
import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { InvariantError } from "@gatehouse/protocol";
import type { CoreConfig } from "../core/model.ts";
import type { Assessed, Assessor, MorningJob } from "../core/occupancy/assess.ts";
import { type Packed, Packer } from "./packed.ts";
import type { Piece } from "./sources.ts";

export interface ForerunnerTask {
  /** One for each replay. */
  readonly configs: readonly CoreConfig[];
  readonly untilMs: number | undefined;
}

/** What it answers with: where to, and how many messages were posted; shared. */
export interface ForerunnerWays {
  readonly results: MessagePort;
  readonly posted: Int32Array;
}

/** Its task, then the input piece by piece, and its end. */
export type ForerunnerInput = ForerunnerTask | Packed | "end";

/** Of one replay: its mornings in their order; or why there will be no more. */
export type ForerunnerMessage = { readonly replay: number; readonly mornings: readonly MorningDone[] } | string;

export interface MorningDone {
  readonly space: string;
  readonly day: number;
  readonly assessed: Assessed;
}

/** Pieces it may be ahead: some days of a large site. */
const AHEAD = 16;
/** A piece takes some milliseconds; a thread that says nothing for so long is no more. */
const PATIENCE_MS = 60_000;

export class Forerunner implements Disposable {
  readonly #worker: Worker;
  readonly #results: MessageChannel = new MessageChannel();
  readonly #posted = new Int32Array(new SharedArrayBuffer(4));
  /** By replay: what came in and was not asked for yet. */
  #done: MorningDone[][] = [];
  readonly #packer = new Packer();

  /** Undefined where there is no second processor core. */
  static create(): Forerunner | undefined {
    return availableParallelism() > 1 ? new Forerunner() : undefined;
  }

  /** Starts the thread, which takes a while: best before anything else. */
  constructor() {
    const file = import.meta.url.endsWith(".ts") ? "./forerunner-worker.ts" : "./forerunner-worker.js";
    const { port2 } = this.#results;
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: { results: port2, posted: this.#posted } satisfies ForerunnerWays,
      transferList: [port2],
      name: "forerunner",
    });
    // Told to whoever waits for it.
    this.#worker.on("error", () => {});
    this.#worker.unref();
  }

  [Symbol.dispose](): void {
    this.#results.port1.close();
    void this.#worker.terminate();
  }

  /** Once, before any piece. */
  begin(configs: readonly CoreConfig[], untilMs?: number): void {
    this.#done = configs.map(() => []);
    // Rules do not cross: it has no use for them.
    const bare = configs.map(({ site, policies }) => ({ site, policies }));
    this.#worker.postMessage({ configs: bare, untilMs } satisfies ForerunnerInput);
  }

  /** Hands the pieces on, each some time after the forerunner has had it. */
  async *ahead(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
    const waiting: Piece[] = [];
    for await (const piece of pieces) {
      this.#worker.postMessage((piece.packed ?? this.#packer.pack(piece.lines())) satisfies ForerunnerInput);
      waiting.push(piece);
      if (waiting.length > AHEAD) yield waiting.shift() as Piece;
    }
    this.#worker.postMessage("end" satisfies ForerunnerInput);
    yield* waiting;
  }

  /** For the replay of the given number. */
  assessorOf(replay: number): Assessor {
    return { assess: (job) => this.#next(replay, job) };
  }

  #next(replay: number, { space, day }: MorningJob): Assessed {
    const done = this.#done[replay] as MorningDone[];
    while (done.length === 0) this.#receive();
    const { assessed, ...morning } = done.shift() as MorningDone;
    if (morning.space !== space.space.id || morning.day !== day)
      throw new InvariantError(
        `the forerunner judged ${morning.space} on day ${morning.day}, not ${space.space.id} on ${day}`,
      );
    return assessed;
  }

  /** Waits for the next message. Throws InvariantError where there will be none. */
  #receive(): void {
    const before = Atomics.load(this.#posted, 0);
    const received = receiveMessageOnPort(this.#results.port1);
    if (received === undefined) {
      if (Atomics.wait(this.#posted, 0, before, PATIENCE_MS) === "timed-out")
        throw new InvariantError("the replay's forerunner says nothing any more");
      return;
    }
    const message = received.message as ForerunnerMessage;
    if (typeof message === "string") throw new InvariantError(`the replay's forerunner ended: ${message}`);
    for (const morning of message.mornings) this.#done[message.replay]?.push(morning);
  }
}
