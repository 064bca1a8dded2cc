/** What runs in the thread that reads a file of readings: lines become readings, packed piece by piece, as long as not too many lie ready. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError } from "@gatehouse/protocol";
import { readLines } from "./lines.ts";
import { Packer } from "./packed.ts";
import { MAX_AHEAD, type ReadMessage, type ReadTask, readLine } from "./read-ahead.ts";
import { RecordReader } from "./recorded.ts";

const { file, taken } = workerData as ReadTask;

function say(message: ReadMessage): void {
  const moved = typeof message === "object" && "packed" in message ? [message.packed.rows.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(message, moved);
}

const reader = new RecordReader();
const packer = new Packer();
let sent = 0;
try {
  for await (const { lines, share } of readLines(file)) {
    for (let done = Atomics.load(taken, 0); sent - done >= MAX_AHEAD; done = Atomics.load(taken, 0))
      Atomics.wait(taken, 0, done);
    sent += 1;
    say({ packed: packer.pack(lines.map((text) => readLine(reader, text))), share });
  }
  say("end");
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  const [problem = { path: file, reason: error.message }] = error.problems;
  say(problem);
}
