/** Starts the load generator in a process of its own, so that its CPU time is apart from everybody else's. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LinkError } from "@gatehouse/protocol";
import type { LoadOptions, LoadProgress, LoadResult } from "./load.ts";

/** Options that fit on a command line. */
export type LoadProcessOptions = Omit<
  LoadOptions,
  "makeReading" | "onAcknowledged" | "onProgress" | "signal" | "clock"
> & {
  /** URL of a module whose `makeReading(device, seq)` makes the readings. */
  readonly readings?: string | undefined;
};

/** One line of the process's stdout. */
export type LoadLine =
  | ({ readonly type: "progress" } & LoadProgress)
  | ({ readonly type: "result" } & LoadResult)
  | { readonly type: "error"; readonly reason: string };

export interface LoadProcess {
  readonly pid: number | undefined;
  /** Rejects with LinkError when the process ends without a result. */
  readonly result: Promise<LoadResult>;
  /** Stops sending; {@link result} follows when the acknowledgements are in. */
  stop(): void;
}

export function spawnLoad(options: LoadProcessOptions, onProgress?: (progress: LoadProgress) => void): LoadProcess {
  const script = new URL(import.meta.url.endsWith(".ts") ? "./load-process.ts" : "./load-process.js", import.meta.url);
  const child = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = new Promise<LoadResult>((resolve, reject) => {
    let reason = "no result";
    createInterface({ input: child.stdout }).on("line", (text) => {
      const { type, ...line } = JSON.parse(text) as LoadLine;
      if (type === "progress") onProgress?.(line as LoadProgress);
      else if (type === "result") resolve(line as LoadResult);
      else reason = (line as { readonly reason: string }).reason;
    });
    child.once("error", (cause) => reject(new LinkError("refused", `load process: ${cause.message}`, { cause })));
    child.once("close", (code) => reject(new LinkError("closed", `load process ended with ${code}: ${reason}`)));
  });
  return { pid: child.pid, result, stop: () => child.kill("SIGTERM") };
}
