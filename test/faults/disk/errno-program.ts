/**
 * The real store on a disk that returns errors: for each case it goes through one session with one fault, then looks at what is on disk with the
 * disk healthy again. A process of its own, under the shim; one JSON line a case on stdout.
 */
import { closeSync, cpSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { HealthBoard, openStore, type Store } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import { IoControl, OPERATIONS, type Operation } from "../io-shim/io-shim.ts";
import { makeWorkload } from "../power-cut/workload.ts";
import { checkState, type Written } from "./check-state.ts";
import {
  type CallCounts,
  casesOf,
  type ErrnoCase,
  type ErrnoLine,
  type ErrnoOutcome,
  isRotten,
  SESSIONS,
  STEPS_PER_SESSION,
} from "./errno-cases.ts";

export interface ErrnoProgramOptions {
  /** Below the shim's folder. */
  readonly dir: string;
  readonly control: string;
  readonly seed: number;
  /** Of every so many calls one. */
  readonly oneIn: number;
  /** Of these cases every `of`th, beginning with `first`. */
  readonly first: number;
  readonly of: number;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 1;
/** Reserved space of a page, which is none in our files. */
const ROTTEN_BYTE = 20;
const ROTTEN_VALUE = 77;

const options = JSON.parse(process.argv[2] ?? "{}") as ErrnoProgramOptions;
const control = new IoControl(options.control);
const steps = makeWorkload(options.seed, (SESSIONS + 1) * STEPS_PER_SESSION);
const say = (line: ErrnoLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The state folder before session `n`. */
const before = (session: number): string => join(options.dir, `before-${session}`);

interface Attempt {
  readonly dir: string;
  readonly session: number;
  readonly log: MemoryLog;
  readonly health: HealthBoard;
  readonly told: () => void;
}

/** One session; throws with what went wrong in it. Resolves with how far it came. */
async function runSession(attempt: Attempt): Promise<Written> {
  const { session, log, health, told } = attempt;
  const written = { acked: session * STEPS_PER_SESSION, issued: session * STEPS_PER_SESSION };
  const last = written.acked + STEPS_PER_SESSION;
  while (written.acked < last) {
    let store: Store | undefined;
    let raised = "";
    try {
      store = await inTime("openStore", open(attempt));
      await writeSteps(store, written, last);
      raised = standing(health, session);
    } catch (error) {
      // A rejected write is an answer too; the gateway would end and start anew.
      if (error instanceof Hang || control.failed === 0) throw error;
      told();
      log.warn({ err: error }, "starting anew");
    } finally {
      await inTime("close", store?.close() ?? Promise.resolve());
    }
    if (raised !== "") throw new TypeError(`still raised: ${raised}`);
  }
  return written;
}

async function writeSteps(store: Store, written: { acked: number; issued: number }, last: number): Promise<void> {
  for (const step of steps.slice(written.acked, last)) {
    written.issued = written.acked + 1;
    await inTime(`step ${written.issued}`, store.write(step.write));
    written.acked = written.issued;
  }
}

/** Codes that should be gone once writes go through again. What was evicted stays on show for ten minutes, what was put aside until the next start. */
function standing(health: HealthBoard, session: number): string {
  const entries = health.entries.filter(
    ({ code }) => code !== "storage-evicting" && !(code === "storage-quarantined" && isRotten(session)),
  );
  return entries.map(({ code, detail }) => `${code} ${detail}`).join("; ");
}

function open({ dir, log, health, told }: Attempt): Promise<Store> {
  return openStore({
    dir,
    budgetBytes: 50e6,
    ballastBytes: 0,
    clock: systemClock,
    log,
    health,
    onFatal: told,
    pragmas: { walPages: 64 },
  });
}

class Hang extends Error {
  override readonly name = "Hang";
}

async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = systemClock.sleep(PATIENCE_MS, stop.signal).then(
    () => Promise.reject(new Hang(`${what} did not end within ${PATIENCE_MS} ms`)),
    () => work,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

async function runCase(dir: string, each: ErrnoCase): Promise<ErrnoOutcome> {
  const log = new MemoryLog();
  const health = new HealthBoard(systemClock);
  let told = false;
  const tell = () => {
    told = true;
  };
  health.onChange(tell);
  const { session, operation, call, error, once } = each;
  cpSync(before(session), dir, { recursive: true });
  control.fail({ error, operations: [operation], at: call, count: once ? 1 : 0 });
  const ended = new AbortController();
  const healed = once
    ? Promise.resolve()
    : healWhen(() => told || log.lines.some(({ level }) => level === "warn"), ended.signal);
  let problem: string | undefined;
  try {
    const written = await runSession({ dir, session, log, health, told: tell });
    control.heal();
    problem = checkState(dir, steps, written);
  } catch (failure) {
    problem = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  }
  ended.abort();
  await healed;
  control.heal();
  rmSync(dir, { recursive: true });
  return { struck: control.failed > 0, told: told || log.lines.some(({ level }) => level === "warn"), problem };
}

/** The operator exchanges the disk as soon as the store has said that it fails. */
async function healWhen(isTold: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !isTold()) await systemClock.sleep(POLL_MS, signal).catch(() => {});
  control.heal();
}

/** Folders to start from, and how many calls of each kind a session makes. */
async function prepare(): Promise<CallCounts[]> {
  const counts: CallCounts[] = [];
  mkdirSync(before(0), { recursive: true });
  for (let session = 0; session < SESSIONS; session++) {
    if (isRotten(session)) rot(join(before(session), "gatehouse.db"));
    const calls: Partial<Record<Operation, number>> = {};
    for (const operation of Object.keys(OPERATIONS) as Operation[]) {
      rmSync(before(session + 1), { recursive: true, force: true });
      cpSync(before(session), before(session + 1), { recursive: true });
      control.count([operation]);
      const log = new MemoryLog();
      const health = new HealthBoard(systemClock);
      await runSession({ dir: before(session + 1), session, log, health, told: () => {} });
      calls[operation] = control.calls;
    }
    counts.push(calls as CallCounts);
  }
  return counts;
}

function rot(path: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.from([ROTTEN_VALUE]), 0, 1, ROTTEN_BYTE);
  closeSync(fd);
}

const counts = await prepare();
say({ counts });
const cases = casesOf(counts, options.oneIn).filter((_, index) => index % options.of === options.first);
for (const each of cases) {
  say({ started: each });
  say({ case: each, ...(await runCase(join(options.dir, "state"), each)) });
}
