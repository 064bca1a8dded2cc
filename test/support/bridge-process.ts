/** `gatehouse bridge` in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { GATEHOUSE } from "./gateway-process.ts";

export interface BridgeProcess extends AsyncDisposable {
  readonly log: readonly Record<string, unknown>[];
  /** Lines of the log with this message. */
  said(message: string): readonly Record<string, unknown>[];
  /** Process id of the youngest process of a board. */
  readonly boardPid: number;
  end(signal?: NodeJS.Signals): Promise<void>;
}

export function startBridge(siteFile: string, url: string): BridgeProcess {
  const child = spawn(process.execPath, [GATEHOUSE, "bridge", "--site", siteFile, "--url", url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : { msg: line });
  });
  const said = (message: string) => log.filter(({ msg }) => msg === message);
  const end = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return {
    log,
    said,
    end,
    get boardPid() {
      return Number(said("board process starts").at(-1)?.["pid"]);
    },
    [Symbol.asyncDispose]: () => end(),
  };
}
