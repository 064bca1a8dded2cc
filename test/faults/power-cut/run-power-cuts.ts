/** Records runs of the driver, cuts the power at random points of them, and checks every image. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "@gatehouse/protocol/testing";
import { checkImage, Promised } from "./check-image.ts";
import { Disk } from "./disk.ts";
import type { DriverOptions, Mutant } from "./driver.ts";
import { type IoRecord, readIoLog } from "./io-log.ts";
import { ioShimEnv } from "./io-shim.ts";
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
const IMAGES_PER_RUN = 2_500;
/** Where memory is a disk: nothing here needs to survive. */
const SCRATCH = "/dev/shm";

export async function runPowerCuts(options: PowerCutOptions): Promise<PowerCutResult> {
  const { images, seed, mutant, stopAtFirst = false, onProgress } = options;
  const broken: string[] = [];
  let done = 0;
  for (let run = 0; done < images; run++) {
    const runSeed = seed + run;
    const steps = makeWorkload(runSeed, STEPS);
    const records = await recordRun(runSeed, mutant);
    const count = Math.min(IMAGES_PER_RUN, images - done);
    for (const problem of cutRun(records, steps, runSeed, count)) {
      done += 1;
      if (problem !== undefined) broken.push(`seed ${runSeed} (${mutant ?? "real"}): ${problem}`);
      if (done % 100 === 0) onProgress?.(done);
      if (stopAtFirst && broken.length > 0) return { images: done, broken };
    }
  }
  return { images: done, broken };
}

/** The driver is killed twice on its way and started again, so that starts after a crash are recorded too. */
async function recordRun(seed: number, mutant: Mutant | undefined): Promise<IoRecord[]> {
  const base = mkdtempSync(join(SCRATCH, "gatehouse-record-"));
  const dir = join(base, "state");
  const log = join(base, "log");
  const marks = join(base, "marks");
  mkdirSync(dir);
  const random = new Random(seed);
  const kills = [random.int(30, 100), random.int(110, 200), undefined];
  try {
    for (const killAt of kills) {
      await runDriver(
        {
          dir,
          marks,
          seed,
          steps: STEPS,
          ...(killAt === undefined ? {} : { killAt }),
          ...(mutant === undefined ? {} : { mutant }),
        },
        ioShimEnv({ dir, log, marks }),
      );
    }
    return readIoLog(log);
  } finally {
    rmSync(base, { recursive: true });
  }
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
  records: readonly IoRecord[],
  steps: readonly Step[],
  seed: number,
  count: number,
): Generator<string | undefined> {
  const random = new Random(`${seed}/cuts`);
  const points = Array.from({ length: count }, () => random.int(0, records.length)).sort((a, b) => a - b);
  const disk = new Disk();
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

function layOut(dir: string, files: ReadonlyMap<string, Buffer>): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  for (const [name, content] of files) writeFileSync(join(dir, name), content);
}
