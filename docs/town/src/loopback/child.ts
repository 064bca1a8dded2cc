/** A program under us: ready when it says so, and gone when we say so. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { LinkError } from "@gatehouse/protocol";

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly options?: SpawnOptions;
  /** A line of its output that says that it is ready. */
  readonly ready: RegExp;
  readonly onLine?: (line: string) => void;
}

const LAST_LINES = 50;

/** Rejects with LinkError, the end of its output in the message, when it ends before it is ready. */
export async function startProgram({ path, args, options = {}, ready, onLine }: Program): Promise<ChildProcess> {
  const child = spawn(path, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as NodeJS.ReadableStream }).on("line", (line) => {
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      if (ready.test(line)) resolve();
      onLine?.(line);
    });
  }
  child.once("error", (cause) => reject(new LinkError("refused", `cannot start ${path}: ${cause.message}`, { cause })));
  child.once("exit", () => reject(new LinkError("closed", `${path} ended:\n${last.join("\n")}`)));
  await promise;
  return child;
}

/** Resolves when it is gone, which it may be already. */
export async function endProgram(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
