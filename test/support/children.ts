/** Processes that another one started, as the system sees them. */
import { readdirSync, readFileSync } from "node:fs";

export function childrenOf(pid: number | undefined, what = ""): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((candidate) => parentOf(candidate) === pid && isFork(candidate, what));
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** An OPC UA process, and not something else that was started. */
function isFork(pid: number, what: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`/opcua/process/${what}`);
  } catch {
    return false;
  }
}
