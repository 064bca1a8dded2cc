/**
 * The program whose storage calls are recorded: the real store, worker thread and all, through a few hundred writes. It marks in the log
 * what it is told by the store. Mutants break one promise each; the check must notice.
 */
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { HealthBoard, openStore, type Store, writeFileDurably } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import { IoControl } from "../io-shim/io-shim.ts";
import type { DriverOptions, Mutant } from "./driver-options.ts";
import type { Mark } from "./io-log.ts";
import { IN_FLIGHT, keyContent, lastStep, makeWorkload, type Step } from "./workload.ts";

const BUDGET_BYTES = 50e6;
/** Reserved space of a page, which is none in our files. */
const ROTTEN_BYTE = 20;

async function drive(options: DriverOptions): Promise<void> {
  const fd = openSync(options.marks, "w");
  const mark = (said: Mark) => writeSync(fd, `${JSON.stringify(said)}\n`);
  const steps = makeWorkload(options.seed, options.steps);
  const flushes = failingFlushes(options);
  if (options.rot) {
    // The rot itself is no work of the store's.
    flushes.pause();
    rot(join(options.dir, "gatehouse.db"), mark);
  }
  if (options.failFirst !== undefined) flushes.arm(options.failFirst, 1);
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
  const found = lastStep(await store.alerts());
  if (found > 0) mark({ found });
  await writeSteps(options, store, steps, found, flushes, mark);
  await store.close();
}

function rot(path: string, mark: (said: Mark) => void): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= ROTTEN_BYTE) return;
  mark({ rotten: true });
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.from([77]), 0, 1, ROTTEN_BYTE);
  fsyncSync(fd);
  closeSync(fd);
}

async function writeSteps(
  options: DriverOptions,
  store: Store,
  steps: readonly Step[],
  found: number,
  flushes: FailingFlushes,
  mark: (said: Mark) => void,
): Promise<void> {
  const { dir, mutant, killAt } = options;
  const inFlight: Promise<void>[] = [];
  for (const [i, step] of steps.entries()) {
    const n = i + 1;
    if (n <= found) continue;
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
    if (n % 40 === 0) {
      flushes.pause();
      writeKey(dir, n / 40, mutant, mark);
    }
    flushes.next();
    inFlight.push(writeStep(store, step, n, mutant, mark));
    if (n === killAt) {
      // Somewhere between the commits of the steps in flight.
      await inFlight[n % IN_FLIGHT];
      process.kill(process.pid, "SIGKILL");
    }
  }
  await Promise.all(inFlight);
  flushes.pause();
}

async function writeStep(
  store: Store,
  step: Step,
  n: number,
  mutant: Mutant | undefined,
  mark: (said: Mark) => void,
): Promise<void> {
  if (step.settles && mutant !== "settle-before-receipt") mark({ answered: n });
  mark({ issued: n });
  if (mutant === "ack-before-commit") mark({ acked: n });
  if (mutant === "settle-before-commit") mark({ sent: n });
  await store.write(step.write, step.settles ? "soon" : "now");
  if (mutant !== "ack-before-commit") mark({ acked: n });
  if (mutant !== "settle-before-commit") mark({ sent: n });
  if (step.settles && mutant === "settle-before-receipt") mark({ answered: n });
}

interface FailingFlushes {
  /** The next fault: so many flushes from now, so many in a row. */
  arm(at: number, count: number): void;
  /** Arms the next fault once the last has struck. */
  next(): void;
  pause(): void;
}

function failingFlushes({ control, seed }: DriverOptions): FailingFlushes {
  if (control === undefined) return { arm: () => {}, next: () => {}, pause: () => {} };
  const shim = new IoControl(control);
  const random = new Random(`${seed}/flushes`);
  let armed = 0;
  const arm = (at: number, count: number) => {
    armed = count;
    shim.fail({ error: "EIO", operations: ["sync"], at, count });
  };
  return {
    arm,
    next() {
      if (armed > 0 && shim.failed < armed) return;
      const count = random.int(1, 3);
      arm(random.int(1, 30), count);
    },
    pause() {
      armed = 0;
      shim.heal();
    },
  };
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
