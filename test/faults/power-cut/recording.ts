/** Runs the driver under the storage shim, and keeps what it called. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { Random } from "@gatehouse/protocol/testing";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";
import { Disk } from "./disk.ts";
import type { DriverOptions, Mutant } from "./driver-options.ts";
import { type IoRecord, readIoLog } from "./io-log.ts";

/** Steps of the workload in one recording. */
export const STEPS = 240;
/** Where memory is a disk: nothing here needs to survive. */
export const SCRATCH = "/dev/shm";
/** About so many flushes there are in a salvage. */
const SALVAGE_FLUSHES = 24;

export interface RecordOptions {
  readonly seed: number;
  readonly mutant?: Mutant | undefined;
  /** Flushes fail now and then. */
  readonly flushesFail: boolean;
  /** The header of the database has rotted at the second start. */
  readonly rots: boolean;
  /** Which flush of the start that finds it rotten fails, where flushes fail; any of the first ones unless named. */
  readonly failFirst?: number;
}

export interface Recording {
  readonly root: string;
  readonly records: readonly IoRecord[];
}

/** The driver is killed twice on its way and started again, so that starts after a crash are recorded too. */
export async function record(options: RecordOptions): Promise<Recording> {
  const { seed, mutant, flushesFail, rots } = options;
  const base = mkdtempSync(join(SCRATCH, "gatehouse-record-"));
  const root = join(base, "state");
  const files = { log: join(base, "log"), marks: join(base, "marks"), control: join(base, "control") };
  mkdirSync(root);
  const random = new Random(seed);
  const kills = [random.int(30, 100), random.int(110, 200), undefined];
  const { failFirst = random.int(1, SALVAGE_FLUSHES) } = options;
  new IoControl(files.control).close();
  try {
    for (const [start, killAt] of kills.entries()) {
      const rot = rots && start === 1;
      const told = { dir: root, marks: files.marks, seed, steps: STEPS, rot };
      const more = {
        ...(killAt === undefined ? {} : { killAt }),
        ...(flushesFail ? { control: files.control } : {}),
        ...(flushesFail && rot ? { failFirst } : {}),
        ...(mutant === undefined ? {} : { mutant }),
      };
      await runDriver({ ...told, ...more }, ioShimEnv({ dir: root, ...files }));
    }
    const records = readIoLog(files.log);
    checkRecording(root, records);
    return { root, records };
  } finally {
    rmSync(base, { recursive: true });
  }
}

/** A call that went by unseen would make every image a lie: without a power cut the disk must hold what the folder holds. */
function checkRecording(root: string, records: readonly IoRecord[]): void {
  const disk = new Disk(root);
  for (const each of records) if (each.kind !== "mark") disk.apply(each);
  const { files } = disk.whole(new Random(0));
  const there = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  const wrong = [...new Set([...files.keys(), ...there])].filter((name) => {
    if (name.endsWith("-shm")) return false;
    return !there.includes(name) || files.get(name)?.equals(readFileSync(join(root, name))) !== true;
  });
  if (wrong.length > 0) throw new TypeError(`not all calls were recorded: ${wrong.join(" ")}`);
}

function runDriver(options: DriverOptions, env: Record<string, string>): Promise<void> {
  const program = join(import.meta.dirname, "driver.ts");
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || (signal === "SIGKILL" && options.killAt !== undefined)) resolve();
      else reject(new TypeError(`the driver ended with ${code ?? signal}: ${said}`));
    });
  });
}
