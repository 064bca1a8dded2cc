/** Eclipse Mosquitto as Debian ships it, on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LinkError } from "@gatehouse/protocol";
import { freePort } from "./free-port.ts";
import { tempDir } from "./temp-dir.ts";

export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
}

export interface MosquittoOptions {
  /** Lines of its configuration. */
  readonly config?: readonly string[];
  /** Written into its folder, to be named in `config` by `$DIR/NAME`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Debian puts it where the PATH of an ordinary user does not look. */
const PROGRAM = existsSync("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";

/** Resolves when it listens. Rejects with LinkError, its log in the message, when it ends before. */
export async function startMosquitto({ config = [], files = {} }: MosquittoOptions = {}): Promise<Mosquitto> {
  const dir = tempDir();
  const port = await freePort();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  const lines = ["user root", `listener ${port} 127.0.0.1`, "allow_anonymous true", "log_dest stderr", ...config];
  const file = join(dir.path, "mosquitto.conf");
  writeFileSync(file, `${lines.join("\n").replaceAll("$DIR", dir.path)}\n`);
  const child = spawn(PROGRAM, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const end = async () => {
    await ended(child);
    dir[Symbol.dispose]();
  };
  try {
    await running(child);
  } catch (error) {
    await end();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: end };
}

function running(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const log: string[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
    log.push(line);
    if (/mosquitto version \S+ running/.test(line)) resolve();
  });
  child.once("error", (cause) =>
    reject(new LinkError("refused", `cannot start ${PROGRAM}: ${cause.message}`, { cause })),
  );
  child.once("exit", () => reject(new LinkError("closed", `mosquitto ended:\n${log.join("\n")}`)));
  return promise;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
