/** Records runs of the driver, cuts the power at random points of them, and checks every image. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Random } from "@gatehouse/protocol/testing";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";
import { checkImage, Promised } from "./check-image.ts";
import { Disk, type DiskImage } from "./disk.ts";
import type { DriverOptions, Mutant } from "./driver-options.ts";
import { type IoRecord, readIoLog } from "./io-log.ts";
import { makeWorkload, type Step } from "./workload.ts";

export interface PowerCutOptions {
  readonly images: number;
  readonly seed: number;
  readonly mutant?: Mutant;
  /** Stop at the first image that breaks a promise. */
  readonly stopAtFirst?: boolean;
  readonly onProgress?: (done: number) => void;
}

export interface PowerCutResult {
  readonly images: number;
  /** Each with the seed that makes it again. */
  readonly broken: readonly string[];
}

const STEPS = 240;
/** Images cut out of one recording; then a new one is made. */
const IMAGES_PER_RUN = 1_250;
/** Where memory is a disk: nothing here needs to survive. */
const SCRATCH = "/dev/shm";

export async function runPowerCuts(options: PowerCutOptions): Promise<PowerCutResult> {
  const { images, seed, mutant, stopAtFirst = false, onProgress } = options;
  const broken: string[] = [];
  let done = 0;
  for (let run = 0; done < images; run++) {
    const runSeed = seed + run;
    const steps = makeWorkload(runSeed, STEPS);
    // One fault of the disk at a time, beside the power cut.
    const recording = await record({ seed: runSeed, mutant, flushesFail: run % 4 === 1, rots: run % 4 === 2 });
    const count = Math.min(IMAGES_PER_RUN, images - done);
    for (const problem of cutRun(recording, steps, runSeed, count)) {
      done += 1;
      if (problem !== undefined) broken.push(`seed ${runSeed} (${mutant ?? "real"}): ${problem}`);
      if (done % 100 === 0) onProgress?.(done);
      if (stopAtFirst && broken.length > 0) return { images: done, broken };
    }
  }
  return { images: done, broken };
}

interface RecordOptions {
  readonly seed: number;
  readonly mutant: Mutant | undefined;
  /** Flushes fail now and then. */
  readonly flushesFail: boolean;
  /** The header of the database has rotted at the second start. */
  readonly rots: boolean;
}

interface Recording {
  readonly root: string;
  readonly records: readonly IoRecord[];
}

/** The driver is killed twice on its way and started again, so that starts after a crash are recorded too. */
async function record({ seed, mutant, flushesFail, rots }: RecordOptions): Promise<Recording> {
  const base = mkdtempSync(join(SCRATCH, "gatehouse-record-"));
  const root = join(base, "state");
  const files = { log: join(base, "log"), marks: join(base, "marks"), control: join(base, "control") };
  mkdirSync(root);
  const random = new Random(seed);
  const kills = [random.int(30, 100), random.int(110, 200), undefined];
  new IoControl(files.control).close();
  try {
    for (const [start, killAt] of kills.entries()) {
      const options = { dir: root, marks: files.marks, seed, steps: STEPS, rot: rots && start === 1 };
      const more = {
        ...(killAt === undefined ? {} : { killAt }),
        ...(flushesFail ? { control: files.control } : {}),
        ...(mutant === undefined ? {} : { mutant }),
      };
      await runDriver({ ...options, ...more }, ioShimEnv({ dir: root, ...files }));
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

/** One image each: what is wrong with it, or undefined. */
function* cutRun(
  { root, records }: Recording,
  steps: readonly Step[],
  seed: number,
  count: number,
): Generator<string | undefined> {
  const points = pointsOf(records, new Random(`${seed}/cuts`), count);
  const disk = new Disk(root);
  const promised = new Promised();
  const dir = mkdtempSync(join(SCRATCH, "gatehouse-image-"));
  let at = 0;
  try {
    for (const [image, point] of points.entries()) {
      for (; at < point; at++) {
        const record = records[at];
        if (record?.kind === "mark") promised.take(record.mark);
        else if (record !== undefined) disk.apply(record);
      }
      layOut(dir, disk.image(new Random(`${seed}/${image}`)));
      const problem = checkImage(dir, steps, promised);
      yield problem === undefined ? undefined : `image ${image} at call ${point} of ${records.length}: ${problem}`;
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Changes of names are few among many writes, and the worst moments: nearly half of the cuts fall near one. */
function pointsOf(records: readonly IoRecord[], random: Random, count: number): number[] {
  const names = [...records.keys()].filter((at) => !["write", "sync", "mark"].includes(records[at]?.kind ?? ""));
  const point = () => (random.chance(0.4) ? random.pick(names) + random.int(-1, 4) : random.int(0, records.length));
  return Array.from({ length: count }, () => Math.min(records.length, Math.max(0, point()))).sort((a, b) => a - b);
}

function layOut(dir: string, { folders, files }: DiskImage): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  for (const name of folders) mkdirSync(join(dir, name));
  for (const [name, content] of files) writeFileSync(join(dir, name), content);
}
