/** The bridge: one supervised process a board, made anew when it ends. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "@gatehouse/protocol";
import type { Told } from "./board-process.ts";
import type { Logger } from "./log.ts";
import type { BridgedBoard } from "./run-board.ts";

export interface BridgeOptions {
  readonly boards: readonly BridgedBoard[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Spreads the boards' returns; 0 to 1. */
  readonly random: () => number;
  /** Told of every process, as it starts. */
  readonly onProcess?: (board: string, pid: number) => void;
}

const FIRST_MS = 250;
/** A board that is plugged in again is to be back within seconds. */
const LONGEST_MS = 2_000;
/** A process that lasted so long was well: the next one is tried at once. */
const WELL_MS = 10_000;
const LAST_WORDS_MS = 5_000;
/** A board that is half written is finished first: it would stand still. */
const WRITTEN_MS = 120_000;

/** Until the signal aborts and every process has ended. */
export async function runBridge(options: BridgeOptions, signal: AbortSignal): Promise<void> {
  await Promise.all(options.boards.map((board) => keep(board, options, signal)));
}

async function keep(task: BridgedBoard, options: BridgeOptions, signal: AbortSignal): Promise<void> {
  const { clock, random } = options;
  const log = options.log.child({ board: task.board.id });
  const once = onceAnOutage(log);
  for (let failures = 0; !signal.aborted; failures++) {
    const startedMs = clock.monoMs();
    await runProcess(task, { ...options, log: once }, signal);
    if (clock.monoMs() - startedMs > WELL_MS) failures = 0;
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 8));
    if (!signal.aborted) await clock.sleep(ceiling * (0.5 + random() / 2), signal).catch(() => {});
  }
}

function runProcess(task: BridgedBoard, { clock, log, onProcess }: BridgeOptions, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(scriptPath(), { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let said = "";
    let cancelKill = () => {};
    let writing = false;
    const killLater = () => {
      cancelKill();
      cancelKill = clock.after(writing ? WRITTEN_MS : LAST_WORDS_MS, () => child.kill("SIGKILL"));
    };
    const stop = () => {
      child.kill("SIGTERM");
      killLater();
    };
    child.stderr?.on("data", (chunk) => {
      said = (said + chunk).slice(-2_000);
    });
    child.on("message", (told: Told) => {
      if (told.level !== "writing") return log[told.level](told.fields, told.message);
      writing = told.writing;
      // It had begun when it was told to end: its word came later.
      if (writing && signal.aborted) killLater();
    });
    child.once("error", (cause) => log.error({ reason: cause.message }, "board process does not start"));
    child.once("close", (code, killed) => {
      cancelKill();
      signal.removeEventListener("abort", stop);
      if (said !== "") log.error({ said, code: code ?? killed }, "board process failed");
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
    begin(child, task, onProcess);
    if (signal.aborted) stop();
  });
}

/** The task goes through the pipe: passwords on a command line are everybody's to read. */
function begin(child: ChildProcess, task: BridgedBoard, onProcess: BridgeOptions["onProcess"]): void {
  child.send(task, () => {});
  if (child.pid !== undefined) onProcess?.(task.board.id, child.pid);
}

function scriptPath(): string {
  return fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "./board-process.ts" : "./board-process.js", import.meta.url),
  );
}

/** The same loss is told once: a board that stays away would fill the log. */
function onceAnOutage(log: Logger): Logger {
  let lost: string | undefined;
  return {
    ...log,
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => {
      if (message === "board is there") lost = undefined;
      log.info(fields, message);
    },
    warn: (fields, message) => {
      const text = JSON.stringify([fields, message]);
      if (message === "board is lost" && lost === text) return log.debug(fields, message);
      if (message === "board is lost") lost = text;
      log.warn(fields, message);
    },
    error: (fields, message) => log.error(fields, message),
    child: (bindings) => onceAnOutage(log.child(bindings)),
  };
}
