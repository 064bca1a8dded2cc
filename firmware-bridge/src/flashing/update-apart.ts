/** A board's update in a process of its own: whoever ends meanwhile, the board is finished. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InvariantError, LinkError, type UpdateEnd } from "@gatehouse/protocol";
import type { UpdateOptions } from "./update-board.ts";
import type { UpdateTask, UpdateTold } from "./update-process.ts";

/** Before the first byte is written the signal cancels it. Throws LinkError when the process goes without a word. */
export function updateApart(
  task: UpdateTask,
  onStage: UpdateOptions["onStage"],
  signal: AbortSignal,
): Promise<UpdateEnd> {
  return new Promise((resolve, reject) => {
    const child = fork(scriptPath(), { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const cancel = () => void child.kill("SIGTERM");
    const over = () => signal.removeEventListener("abort", cancel);
    child.on("message", (told: UpdateTold) => {
      if ("stage" in told) onStage(told.stage, told.share);
      else if ("end" in told) resolve(told.end);
      else reject(new InvariantError(`a board's update failed: ${told.fault}`));
    });
    child.once("error", (cause) => reject(new LinkError("closed", "the update's process does not start", { cause })));
    child.once("exit", (code, killed) => {
      over();
      reject(new LinkError("closed", `the update's process ended: ${code ?? killed}`));
    });
    signal.addEventListener("abort", cancel, { once: true });
    child.send(task, () => {});
    if (signal.aborted) cancel();
  });
}

function scriptPath(): string {
  const file = import.meta.url.endsWith(".ts") ? "./update-process.ts" : "./update-process.js";
  return fileURLToPath(new URL(file, import.meta.url));
}
