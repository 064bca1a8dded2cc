/** The pipe to the gateway, from inside an OPC UA process: the task comes over it, what is logged goes back, and without it the process ends. */
import { systemClock } from "@gatehouse/protocol";
import type { Said, Told } from "../seam.ts";

export interface Parent<Task> {
  readonly task: Task;
  /** Aborts when the gateway wants it to end, or is gone. */
  readonly signal: AbortSignal;
  tell(told: Told): void;
  /** Called with the number of a message that is on disk. */
  onStored(hear: (n: number) => void): void;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const BEAT_MS = 1_000;
const LOST = 75;

const tell = (told: Told): void => {
  if (process.connected) process.send?.(told);
};

const logAs = (level: "debug" | "info" | "warn") => (fields: object, message: string) =>
  tell({ is: "log", level, fields: { ...fields }, message });

export const log: Log = { debug: logAs("debug"), info: logAs("info"), warn: logAs("warn") };

/** Says that the process is well, and from then on every second that it lives. */
export function sayUp(signal: AbortSignal): void {
  tell({ is: "up" });
  const beat = () => {
    if (signal.aborted) return;
    tell({ is: "beat" });
    systemClock.after(BEAT_MS, beat);
  };
  systemClock.after(BEAT_MS, beat);
}

/** Runs `work` with the task the gateway gives, and ends the process with it. */
export function underParent<Task>(work: (parent: Parent<Task>) => Promise<void>): void {
  // Keys and certificates are nobody else's to read.
  process.umask(0o077);
  const stop = new AbortController();
  let hearStored: (n: number) => void = () => {};
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stop.abort());
  process.on("disconnect", () => stop.abort());
  process.on("message", (said: Said) => {
    if (said.is === "stored") hearStored(said.n);
    else void run(said.task as Task);
  });

  async function run(task: Task): Promise<void> {
    const onStored = (hear: (n: number) => void) => {
      hearStored = hear;
    };
    try {
      await work({ task, signal: stop.signal, tell, onStored });
      process.exit(0);
    } catch (error) {
      const lost = error instanceof Error ? error.message : String(error);
      tell({ is: "log", level: "error", fields: { lost }, message: "opcua process ends" });
      // Lets the line above go.
      systemClock.after(50, () => process.exit(LOST));
    }
  }
}
