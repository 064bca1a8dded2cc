/** Sends the real store through a run of 500 transactions again and again, each time with another storage call that returns an error. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "@gatehouse/protocol";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";
import { casesOf, type ErrnoCase, type ErrnoLine } from "./errno-cases.ts";
import type { ErrnoProgramOptions } from "./errno-program.ts";

export interface ErrnoOptions {
  readonly seed: number;
  /** Of every so many calls one, with one of its errors; 1 for every call with every error. */
  readonly oneIn: number;
  readonly onProgress?: (share: number, note: string) => void;
}

export interface ErrnoResult {
  /** Storage calls of the run when nothing disturbs it. */
  readonly calls: number;
  readonly cases: number;
  /** Cases whose session came to the call. */
  readonly struck: number;
  /** Cases in which a code was raised or a call ended with an error; in the others nobody waited, and nothing was amiss. */
  readonly told: number;
  readonly broken: readonly string[];
}

const PROCESSES = 2;
/** Where memory is a disk: nothing here needs to survive. */
const SCRATCH = "/dev/shm";
/** Longer than any case may take: the program itself gives up each of its waits much sooner. */
const SILENCE_MS = 300_000;

export async function runErrno({ seed, oneIn, onProgress = () => {} }: ErrnoOptions): Promise<ErrnoResult> {
  const tally = { calls: 0, cases: 0, struck: 0, told: 0, broken: [] as string[] };
  let all = 0;
  const take = (line: ErrnoLine): void => {
    if ("counts" in line) {
      tally.calls = line.counts.reduce((sum, each) => sum + Object.values(each).reduce((a, b) => a + b, 0), 0);
      all = casesOf(line.counts, oneIn).length;
    } else if ("case" in line) {
      tally.cases += 1;
      if (line.struck) tally.struck += 1;
      if (line.told) tally.told += 1;
      if (line.problem !== undefined) tally.broken.push(`seed ${seed} ${JSON.stringify(line.case)}: ${line.problem}`);
      onProgress(tally.cases / all, `${tally.cases} of ${all} faults, ${tally.broken.length} broken`);
    }
  };
  const parts = Array.from({ length: PROCESSES }, (_, first) =>
    runProgram({ seed, oneIn, first, of: PROCESSES }, take),
  );
  tally.broken.push(...(await Promise.all(parts)).filter((problem) => problem !== undefined));
  return tally;
}

/** Resolves with what was wrong with the process itself. */
async function runProgram(
  options: Omit<ErrnoProgramOptions, "dir" | "control">,
  take: (line: ErrnoLine) => void,
): Promise<string | undefined> {
  const base = mkdtempSync(join(SCRATCH, "gatehouse-errno-"));
  const dir = join(base, "states");
  const control = join(base, "control");
  mkdirSync(dir);
  new IoControl(control).close();
  const program = join(import.meta.dirname, "errno-program.ts");
  const child = spawn(process.execPath, [program, JSON.stringify({ ...options, dir, control })], {
    env: { ...process.env, ...ioShimEnv({ dir, control }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let last: ErrnoCase | undefined;
  let cancel = () => {};
  const watch = () => {
    cancel();
    cancel = systemClock.after(SILENCE_MS, () => child.kill("SIGKILL"));
  };
  watch();
  createInterface({ input: child.stdout }).on("line", (text) => {
    watch();
    const line = JSON.parse(text) as ErrnoLine;
    if ("started" in line) last = line.started;
    else take(line);
  });
  const ended = await new Promise<string>((resolve) =>
    child.on("close", (code, signal) => resolve(`${code ?? signal}`)),
  );
  cancel();
  rmSync(base, { recursive: true });
  return ended === "0" ? undefined : `the process ended with ${ended} in ${JSON.stringify(last)}`;
}
