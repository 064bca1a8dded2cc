/** The demo's parts, each a process of its own: starting them, waiting for them, finding ports for them. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { type Clock, LinkError } from "@gatehouse/protocol";

export interface Port {
  readonly host: string;
  readonly port: number;
}

/** A gatehouse command as a child process, its output in a file. */
export function startPart(args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, "w", 0o600);
  // In a group of its own: the terminal's Ctrl-C reaches only the demo, which ends its parts in order.
  const child = spawn(process.execPath, [process.argv[1] ?? "", ...args], {
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}

/** The port if it is free, else any free one. */
export async function freePort(wanted: number): Promise<Port> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const got = await new Promise<number | undefined>((resolve) => {
      server.once("error", () => resolve(undefined));
      server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    if (got !== undefined) return { host: "127.0.0.1", port: got };
  }
  throw new LinkError("refused", "no free port on 127.0.0.1");
}

/** Resolves when the gateway answers. Throws LinkError with the end of its log when it ended instead. */
export async function listening(
  url: string,
  child: ChildProcess,
  logFile: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new LinkError("refused", `the gateway did not start:\n${lastLines(logFile)}`);
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return;
    await clock.sleep(50, signal);
  }
}

const lastLines = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n");

/** Rejects when the child ends by itself, or the signal aborts. A simulator may end when it has nothing left to do. */
export function ended(
  child: ChildProcess,
  what: "gateway" | "simulator" | "bridge",
  logFile: string,
  signal: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    child.once("exit", (code) => {
      if (what === "simulator" && code === 0) return;
      reject(new LinkError("closed", `the ${what} ended:\n${lastLines(logFile)}`));
    });
  });
}

/** Ends the children in order and waits for them. */
export async function endParts(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) child.kill("SIGTERM");
  const gone = (child: ChildProcess) =>
    child.exitCode === null && child.signalCode === null
      ? new Promise((resolve) => child.once("exit", resolve))
      : undefined;
  await Promise.all(children.map(gone));
}
