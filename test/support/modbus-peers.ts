/** Modbus programs that are not ours: a slave out of pymodbus, a master that is mbpoll (libmodbus), both as Debian ships them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openPty, type Pty } from "@gatehouse/device-sim";
import { LinkError } from "@gatehouse/protocol";

const SCRIPT = fileURLToPath(new URL("peers/modbus-server.py", import.meta.url));
/** Debian's own, whatever else is on the path: its packages are for that one. */
const PYTHON = "/usr/bin/python3";

export interface PymodbusServer {
  /** `TABLE ADDRESS VALUE…`; tables c, d, h, i, and f for floats in holding registers. */
  set(unit: number, table: "c" | "d" | "h" | "i" | "f", address: number, ...values: readonly number[]): Promise<void>;
  get(unit: number, table: "c" | "d" | "h" | "i", address: number, count: number): Promise<readonly number[]>;
  end(): Promise<void>;
}

export async function startPymodbus(mode: "tcp" | "rtu-tcp" | "serial", address: string): Promise<PymodbusServer> {
  const child = spawn(PYTHON, [SCRIPT, mode, address], { stdio: ["pipe", "pipe", "pipe"] });
  const waiting: PromiseWithResolvers<string>[] = [];
  const said: string[] = [];
  child.stderr?.on("data", (chunk) => said.push(String(chunk)));
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) =>
    waiting.shift()?.resolve(line),
  );
  const answer = () => {
    const next = Promise.withResolvers<string>();
    waiting.push(next);
    return next.promise;
  };
  const gone = new LinkError("closed", "pymodbus ended");
  child.once("exit", () => {
    for (const { reject } of waiting)
      reject(new LinkError("closed", `pymodbus ended: ${said.join("")}`, { cause: gone }));
  });
  await answer();
  const ask = (...words: readonly (string | number)[]) => {
    const next = answer();
    child.stdin?.write(`${words.join(" ")}\n`);
    return next;
  };
  return {
    set: async (unit, table, at, ...values) => void (await ask(unit, table, at, ...values)),
    get: async (unit, table, at, count) => (await ask("get", unit, table, at, count)).split(" ").map(Number),
    end: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

export interface MbpollAnswer {
  readonly ok: boolean;
  /** By reference, as mbpoll counts with -0. */
  readonly values: ReadonlyMap<number, number>;
  readonly text: string;
}

/** One poll or write; references count from 0. */
export async function mbpoll(...args: readonly string[]): Promise<MbpollAnswer> {
  const run = promisify(execFile);
  const result = await run("mbpoll", ["-0", "-1", "-o", "2", ...args]).then(
    ({ stdout, stderr }) => ({ ok: true, text: stdout + stderr }),
    (error: { readonly stdout?: string; readonly stderr?: string }) => ({
      ok: false,
      text: `${error.stdout ?? ""}${error.stderr ?? ""}`,
    }),
  );
  const lines = result.text.matchAll(/^\[(\d+)\]:\s+(-?[\d.]+)/gm);
  return { ...result, values: new Map(Array.from(lines, ([, at, value]) => [Number(at), Number(value)])) };
}

export interface PtyPair extends AsyncDisposable {
  readonly a: string;
  readonly b: string;
}

/** Two ends of one serial line. */
export async function ptyPair(): Promise<PtyPair> {
  const [a, b] = await Promise.all([openPty(), openPty()]);
  const join = (from: Pty, to: Pty) => from.onBytes((bytes) => to.say(bytes));
  join(a, b);
  join(b, a);
  return {
    a: a.path,
    b: b.path,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a.unplug(), b.unplug()]);
    },
  };
}
