/** One command of the command line, in a process of its own. */
import { spawn } from "node:child_process";
import { GATEHOUSE } from "./gateway-process.ts";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const gatehouse = (...args: readonly string[]): Promise<Ended> => gatehouseIn({}, ...args);

/** With variables of the environment beside those of the tests. */
export function gatehouseIn(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [GATEHOUSE, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}
