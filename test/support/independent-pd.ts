/** The reader written apart from this project's code (independent-pd.py), as a process on a TCP port. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LinkError } from "@gatehouse/protocol";

const PYTHON = "/usr/bin/python3";
const PROGRAM = fileURLToPath(new URL("independent-pd.py", import.meta.url));

/** One line of what it tells: a command it decoded, a session, an event that is confirmed, something said in the clear. */
export type Told = Readonly<Record<string, unknown>>;

export interface IndependentPd extends AsyncDisposable {
  readonly port: number;
  readonly told: readonly Told[];
  do(pd: number, what: string, details?: object): void;
}

/** Every vector of the folder decoded and encoded by it: how many checks, and which were wrong. */
export function checkVectors(folder: string): { readonly checks: number; readonly wrong: readonly string[] } {
  return JSON.parse(spawnSync(PYTHON, [PROGRAM, "check", folder], { encoding: "utf8" }).stdout);
}

export async function startIndependentPd(readers: readonly object[]): Promise<IndependentPd> {
  const child = spawn(PYTHON, [PROGRAM, "serve", JSON.stringify(readers)], { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const told: Told[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as Told;
      told.push(entry);
      if (typeof entry["port"] === "number") resolve(entry["port"]);
    });
    void ended.then(() => reject(new LinkError("closed", `the reader ended:\n${complaint}`)));
  });
  return {
    port,
    told,
    do: (pd, what, details = {}) => void child.stdin.write(`${JSON.stringify({ pd, do: what, ...details })}\n`),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
