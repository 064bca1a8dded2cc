/**
 * The program whose storage calls are recorded: the real store, worker thread and all, through a few hundred writes. It marks in the log
 * what it is told by the store. Mutants break one promise each; the check must notice.
 */
import { openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { HealthBoard, openStore, type Store, writeFileDurably } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import type { Mark } from "./io-log.ts";
import { IN_FLIGHT, keyContent, makeWorkload, type Step } from "./workload.ts";

export interface DriverOptions {
  readonly dir: string;
  readonly marks: string;
  readonly seed: number;
  readonly steps: number;
  /** Kill the process with so many steps issued, in the middle of whatever it is doing; undefined ends in order. */
  readonly killAt?: number;
  readonly mutant?: Mutant;
}

export const MUTANTS = [
  "synchronous-normal",
  "ack-before-commit",
  "settle-before-receipt",
  "rename-without-fsync",
] as const;
export type Mutant = (typeof MUTANTS)[number];

const BUDGET_BYTES = 50e6;

async function drive(options: DriverOptions): Promise<void> {
  const fd = openSync(options.marks, "w");
  const mark = (said: Mark) => writeSync(fd, `${JSON.stringify(said)}\n`);
  const steps = makeWorkload(options.seed, options.steps);
  const store = await openStore({
    dir: options.dir,
    budgetBytes: BUDGET_BYTES,
    ballastBytes: 0,
    clock: systemClock,
    log: new MemoryLog(),
    health: new HealthBoard(systemClock),
    pragmas: {
      walPages: 64,
      ...(options.mutant === "synchronous-normal" ? { synchronous: "NORMAL" as const } : {}),
    },
  });
  const found = await stepsFound(store);
  if (found > 0) mark({ found });
  await writeSteps(options, store, steps, found, mark);
  await store.close();
}

/** The alert of every step names it. */
async function stepsFound(store: Store): Promise<number> {
  const alerts = await store.alerts();
  return Math.max(0, ...alerts.map((row) => (JSON.parse(row.body) as { step: number }).step));
}

async function writeSteps(
  { dir, mutant, killAt }: DriverOptions,
  store: Store,
  steps: readonly Step[],
  found: number,
  mark: (said: Mark) => void,
): Promise<void> {
  const inFlight: Promise<void>[] = [];
  for (const [i, step] of steps.entries()) {
    const n = i + 1;
    if (n <= found) continue;
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
    if (n % 40 === 0) writeKey(dir, n / 40, mutant, mark);
    const early = mutant === "settle-before-receipt";
    if (step.settles && !early) mark({ platform: n });
    mark({ issued: n });
    if (mutant === "ack-before-commit") mark({ acked: n });
    const written = store.write(step.write).then(() => {
      if (mutant !== "ack-before-commit") mark({ acked: n });
      if (step.settles && early) mark({ platform: n });
    });
    inFlight.push(written);
    if (n === killAt) {
      // Somewhere between the commits of the steps in flight.
      await inFlight[n % IN_FLIGHT];
      process.kill(process.pid, "SIGKILL");
    }
  }
  await Promise.all(inFlight);
}

function writeKey(dir: string, n: number, mutant: Mutant | undefined, mark: (said: Mark) => void): void {
  const path = join(dir, "pseudonym.key");
  mark({ keyIssued: n });
  if (mutant === "rename-without-fsync") {
    writeFileSync(`${path}.draft`, keyContent(n), { mode: 0o600 });
    renameSync(`${path}.draft`, path);
  } else {
    writeFileDurably(path, keyContent(n));
  }
  mark({ keyAcked: n });
}

await drive(JSON.parse(process.argv[2] ?? "{}") as DriverOptions);
