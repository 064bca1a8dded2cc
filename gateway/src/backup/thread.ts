/** A backup or a restore's reading in a thread of its own, with progress and a way to cancel it. */
import { Worker } from "node:worker_threads";
import { ConfigError, LinkError, type Problem } from "@gatehouse/protocol";
import type { RestoreOptions, Staged } from "./stage-restore.ts";
import type { BackedUp, BackupOptions } from "./write-backup.ts";

type Plain<T> = Omit<T, "clock" | "signal" | "onProgress">;

export type ThreadTask =
  | { readonly kind: "backup"; readonly options: Plain<BackupOptions> }
  | { readonly kind: "restore"; readonly options: Plain<RestoreOptions> };

export type FromBackupThread =
  | { readonly kind: "progress"; readonly share: number; readonly rows: number }
  | { readonly kind: "done"; readonly value: BackedUp | Staged }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  | { readonly kind: "failed"; readonly message: string };

export interface Watching {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, rows: number) => void;
}

/** Like {@link writeBackup}, beside a running gateway. */
export const backUpInThread = (options: Plain<BackupOptions>, watching: Watching): Promise<BackedUp> =>
  inThread({ kind: "backup", options }, watching) as Promise<BackedUp>;

/** Like {@link stageRestore}, beside a running gateway. It is taken up when the gateway starts anew. */
export const stageInThread = (options: Plain<RestoreOptions>, watching: Watching): Promise<Staged> =>
  inThread({ kind: "restore", options }, watching) as Promise<Staged>;

/** Throws ConfigError for what the operator must change, the signal's reason, LinkError when the thread ends on its own. */
function inThread(task: ThreadTask, { signal, onProgress }: Watching): Promise<BackedUp | Staged> {
  signal.throwIfAborted();
  const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: task, name: task.kind });
  const cancel = (): void => worker.postMessage("cancel");
  signal.addEventListener("abort", cancel, { once: true });
  return new Promise<BackedUp | Staged>((resolve, reject) => {
    worker.on("message", (message: FromBackupThread) => {
      if (message.kind === "progress") onProgress(message.share, message.rows);
      else if (message.kind === "done") resolve(message.value);
      else if (signal.aborted) reject(signal.reason);
      else if (message.kind === "refused") reject(new ConfigError([...message.problems]));
      else reject(new LinkError("closed", `the ${task.kind} failed: ${message.message}`));
    });
    worker.on("error", reject);
    worker.on("exit", () => reject(new LinkError("closed", `the thread of the ${task.kind} ended`)));
  }).finally(() => signal.removeEventListener("abort", cancel));
}
