/** The thread a list of rooms is read in: whatever is in the file, the gateway goes on. What was read is handed over a piece at a time, as it is asked for. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError } from "@gatehouse/protocol";
import { type ReadRooms, readRooms } from "./read-rooms.ts";
import type { ReadAsked, ReadPiece } from "./reader-thread.ts";

const { bytes, known } = workerData as ReadAsked;
/** Rows of a piece: about a millisecond's work for who takes it. */
const PIECE = 200;

function read(): ReadRooms | readonly ConfigError["problems"][number][] {
  try {
    return readRooms(bytes, new Set(known));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const found = read();
let given = 0;
const give = (piece: ReadPiece): void => parentPort?.postMessage(piece);

parentPort?.on("message", () => {
  if (!("rows" in found)) {
    give({ problems: found });
    return;
  }
  const rows = found.rows.slice(given, given + PIECE);
  given += rows.length;
  give({ rows, more: given < found.rows.length });
});
