/** An instance of the consumer as a process of its own. */
import { fileURLToPath } from "node:url";
import { endProgram, startProgram } from "./child.ts";

export interface ConsumerOptions {
  readonly nats: readonly string[];
  readonly postgres: string;
  readonly args?: readonly string[];
  readonly onLine?: (line: string) => void;
}

export interface ConsumerProcess {
  readonly pid: number;
  /** What it said of itself. */
  readonly log: readonly { readonly msg: string; readonly fresh?: number; readonly repeated?: number }[];
  end(signal?: NodeJS.Signals): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../consumer/main.ts", import.meta.url));

/** Resolves when it reads. */
export async function startConsumer({ nats, postgres, args = [], onLine }: ConsumerOptions): Promise<ConsumerProcess> {
  const log: { readonly msg: string }[] = [];
  const child = await startProgram({
    path: process.execPath,
    args: [MAIN, "--nats", nats.join(","), "--postgres", postgres, ...args],
    ready: /"msg":"reading"/,
    onLine: (line) => {
      if (line.startsWith("{")) log.push(JSON.parse(line) as { readonly msg: string });
      onLine?.(line);
    },
  });
  return { pid: child.pid ?? 0, log, end: (signal = "SIGTERM") => endProgram(child, signal) };
}
