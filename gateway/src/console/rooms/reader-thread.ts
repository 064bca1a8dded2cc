/** Reads a list of rooms in a thread of its own, with little memory and little time: the file comes from outside. */
import { Worker } from "node:worker_threads";
import { type Clock, ConfigError, type Problem } from "@gatehouse/protocol";
import { unfit } from "./csv.ts";
import type { ReadRooms } from "./read-rooms.ts";

export interface ReadAsked {
  readonly bytes: Uint8Array;
  readonly known: readonly string[];
}

export type ReadPiece =
  | { readonly rows: ReadRooms["rows"]; readonly more: boolean }
  | { readonly problems: readonly Problem[] };

const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32 };
const PATIENCE_MS = 20_000;

/** Throws ConfigError for a file that is no list of rooms. */
export async function readRoomsApart(
  bytes: Uint8Array,
  known: Iterable<string>,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReadRooms> {
  const file = import.meta.url.endsWith(".ts") ? "./reader-worker.ts" : "./reader-worker.js";
  const workerData: ReadAsked = { bytes, known: [...known] };
  const worker = new Worker(new URL(file, import.meta.url), { workerData, resourceLimits: LIMITS, name: "rooms" });
  const ended = Promise.withResolvers<ReadRooms["rows"]>();
  const tooMuch = unfit("it takes too long or too much memory", "keep only the list of rooms in it");
  const giveUp = () => ended.reject(tooMuch);
  const rows: ReadRooms["rows"] = [];
  worker.on("message", (piece: ReadPiece) => {
    if ("problems" in piece) return ended.reject(new ConfigError(piece.problems));
    rows.push(...piece.rows);
    if (piece.more) worker.postMessage("more");
    else ended.resolve(rows);
  });
  worker.on("error", (error) => ended.reject(isOutOfMemory(error) ? tooMuch : error));
  worker.on("exit", giveUp);
  worker.postMessage("more");
  const cancel = clock.after(PATIENCE_MS, giveUp);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await ended.promise;
    const bad = rows.filter(({ problems }) => problems.length > 0).length;
    return { rows, good: rows.length - bad, bad };
  } finally {
    cancel();
    signal.removeEventListener("abort", giveUp);
    await worker.terminate();
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
