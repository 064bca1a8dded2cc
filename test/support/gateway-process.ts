/** The gateway as a user runs it: `gatehouse run` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LinkError, systemClock } from "@gatehouse/protocol";

export const GATEHOUSE = fileURLToPath(new URL("../../gateway/bin/gatehouse.js", import.meta.url));

export interface GatewayOptions {
  readonly siteFile: string;
  readonly stateDir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** False where it is to stay shut. */
  readonly consoleOpens?: boolean;
}

export interface Ready {
  /** From the start of the process to ready, ms, by the process itself. */
  readonly sinceStartMs: number;
  readonly readyMs: number;
  readonly recoveredInputs: number;
  readonly mqtt: readonly { readonly port: number; readonly tls: boolean }[];
  readonly monitorPort: number;
}

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly ready: Ready;
  /** From spawn to the ready line, ms, seen from outside. */
  readonly startMs: number;
  readonly log: readonly Record<string, unknown>[];
  /** Sends the signal and resolves with the exit code (null for a signal) once the process is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  metrics(): Promise<string>;
  health(): Promise<{
    readonly status: string;
    readonly codes: readonly { readonly code: string; readonly subject: string; readonly detail: string }[];
  }>;
}

/** A connection of its own: a kept one may be closed by the gateway just as it is used again. */
const FRESH = { headers: { connection: "close" } };

/** Resolves when the gateway is ready and its console, if it has one, open. Rejects with LinkError, its log in the message, when it ends before. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const { siteFile, stateDir, env = {}, args = [], consoleOpens = true } = options;
  const startedMs = systemClock.monoMs();
  const command = [GATEHOUSE, "run", "--site", siteFile, "--state", stateDir, "--monitor", "127.0.0.1:0", ...args];
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  const log: Record<string, unknown>[] = [];
  const text: string[] = [];
  const ready = Promise.withResolvers<Ready>();
  const consoleOpen = Promise.withResolvers<void>();
  consoleOpen.promise.catch(() => {});
  const gone = (error: LinkError) => {
    ready.reject(error);
    consoleOpen.reject(error);
  };
  /** Of the latest start within the process. */
  let monitorPort = 0;
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
    text.push(line);
    if (!line.startsWith("{")) return;
    const entry = JSON.parse(line) as Record<string, unknown>;
    log.push(entry);
    if (entry["msg"] === "the console is open") consoleOpen.resolve();
    if (entry["msg"] !== "ready") return;
    ({ monitorPort } = entry as unknown as Ready);
    if (entry["console"] === undefined || !consoleOpens) consoleOpen.resolve();
    ready.resolve(entry as unknown as Ready);
  });
  child.once("exit", (code, signal) =>
    gone(new LinkError("closed", `gateway ended with ${code ?? signal}:\n${text.slice(-20).join("\n")}`)),
  );
  const facts = await ready.promise;
  const startMs = systemClock.monoMs() - startedMs;
  await consoleOpen.promise;
  const url = () => `http://127.0.0.1:${monitorPort}`;
  return {
    child,
    ready: facts,
    startMs,
    log,
    async end(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, "exit");
        child.kill(signal);
        await gone;
      }
      return child.exitCode;
    },
    metrics: async () => (await fetch(`${url()}/metrics`, FRESH)).text(),
    health: async () =>
      (await (await fetch(`${url()}/healthz`, FRESH)).json()) as Awaited<ReturnType<GatewayProcess["health"]>>,
  };
}

/** The value of one sample of a metrics page; 0 when it is not there. */
export function metric(page: string, name: string, labels = ""): number {
  const line = page.split("\n").find((candidate) => candidate.startsWith(`${name}${labels} `));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ") + 1));
}
