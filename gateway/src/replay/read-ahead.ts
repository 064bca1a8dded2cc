/** Reads a file of readings on a thread of its own, some way ahead of the replay. The same lines in the same order as read here. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ConfigError } from "@gatehouse/protocol";
import { readLines } from "./lines.ts";
import { type Line, type Packed, Unpacker } from "./packed.ts";
import { RecordReader } from "./recorded.ts";

/** Pieces that may lie ready: memory is bounded by them. Waking the other thread takes time, so it is woken for some at once. */
export const MAX_AHEAD = 8;
const WOKEN_FOR = 4;

export interface ReadTask {
  readonly file: string;
  /** How many pieces were taken; shared. */
  readonly taken: Int32Array;
}

export interface ReadLines {
  /** To be asked once, piece by piece in their order: readings are made when they are wanted, and are gone soon. */
  readonly lines: () => readonly Line[];
  /** The same as the reading thread packed them. */
  readonly packed?: Packed;
  /** Of the whole file, 0 to 1. */
  readonly share: number;
}

/** What the reading thread says: a piece, that it is through, or what the operator must change. */
export type ReadMessage =
  | { readonly packed: Packed; readonly share: number }
  | "end"
  | { readonly path: string; readonly reason: string; readonly fix?: string };

/** A file being read. */
export interface Reading extends Disposable {
  /** To be asked once. Throws ConfigError for a file that cannot be read to its end. */
  pieces(): AsyncGenerator<ReadLines>;
}

/** Begins at once where there is a second processor core. */
export const startReading = (file: string): Reading =>
  availableParallelism() > 1 ? new ReadingAhead(file) : { pieces: () => readHere(file), [Symbol.dispose]: () => {} };

/** A line of text as the replay takes it. */
export function readLine(reader: RecordReader, text: string): Line {
  if (text === "" || text === "\r") return "";
  const recorded = reader.read(text);
  return typeof recorded === "string" ? { unreadable: recorded } : recorded;
}

export async function* readHere(file: string): AsyncGenerator<ReadLines> {
  const reader = new RecordReader();
  for await (const { lines, share } of readLines(file))
    yield { lines: () => lines.map((text) => readLine(reader, text)), share };
}

export class ReadingAhead implements Reading {
  readonly #worker: Worker;
  readonly #taken = new Int32Array(new SharedArrayBuffer(4));
  readonly #ready: ReadMessage[] = [];
  #broken: { readonly error: unknown } | undefined;
  #wake = (): void => {};

  constructor(file: string) {
    const name = import.meta.url.endsWith(".ts") ? "./read-worker.ts" : "./read-worker.js";
    this.#worker = new Worker(new URL(name, import.meta.url), {
      workerData: { file, taken: this.#taken } satisfies ReadTask,
      name: "reading",
    });
    this.#worker.on("message", (message: ReadMessage) => {
      this.#ready.push(message);
      this.#wake();
    });
    this.#worker.on("error", (error) => {
      this.#broken = { error };
      this.#wake();
    });
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  async *pieces(): AsyncGenerator<ReadLines> {
    const unpacker = new Unpacker();
    for (;;) {
      const message = this.#ready.shift();
      if (message === "end") return;
      if (message === undefined) {
        if (this.#broken !== undefined) throw this.#broken.error;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if ("packed" in message) {
        const { packed, share } = message;
        if (Atomics.add(this.#taken, 0, 1) % WOKEN_FOR === 0) Atomics.notify(this.#taken, 0);
        yield { lines: () => unpacker.unpack(packed), packed, share };
      } else throw new ConfigError(message);
    }
  }
}
