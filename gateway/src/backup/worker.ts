/** The thread in which a running gateway makes a backup or reads one in: megabytes of JSON must not hold up its event loop. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { stageRestore } from "./stage-restore.ts";
import type { FromBackupThread, ThreadTask } from "./thread.ts";
import { writeBackup } from "./write-backup.ts";

const task = workerData as ThreadTask;
const port = parentPort;
const stop = new AbortController();
port?.once("message", () => stop.abort());

const post = (message: FromBackupThread): void => port?.postMessage(message);
const onProgress = (share: number, rows: number): void => post({ kind: "progress", share, rows });

try {
  const more = { clock: systemClock, signal: stop.signal, onProgress };
  const value =
    task.kind === "backup"
      ? await writeBackup({ ...task.options, ...more })
      : await stageRestore({ ...task.options, ...more });
  post({ kind: "done", value });
} catch (error) {
  if (error instanceof ConfigError) post({ kind: "refused", problems: error.problems });
  else post({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
port?.close();
