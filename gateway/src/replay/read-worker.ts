/** What runs in the thread that reads a file of readings: lines become readings, packed piece by piece, as long as not too many lie ready. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError } from "@gatehouse/protocol";
import { readLines } from "./lines.ts";
import { Packer } from "./packed.ts";
import { MAX_AHEAD, type ReadMessage, readLine } from "./read-ahead.ts";
import { RecordReader } from "./recorded.ts";

let ahead = 0;
let wake = () => {};
parentPort?.on("message", () => {
  ahead -= 1;
  wake();
});

function say(message: ReadMessage): void {
  const moved = typeof message === "object" && "packed" in message ? [message.packed.rows.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(message, moved);
}

const reader = new RecordReader();
const packer = new Packer();
try {
  for await (const { lines, share } of readLines(workerData as string)) {
    while (ahead >= MAX_AHEAD)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    ahead += 1;
    say({ packed: packer.pack(lines.map((text) => readLine(reader, text))), share });
  }
  say("end");
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  const [problem = { path: workerData as string, reason: error.message }] = error.problems;
  say(problem);
}
