/** Records runs of the driver, cuts the power at random points of them, and checks every image. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Random } from "@gatehouse/protocol/testing";
import { checkImage, layOut, Promised } from "./check-image.ts";
import { Disk } from "./disk.ts";
import type { Mutant } from "./driver-options.ts";
import type { IoRecord } from "./io-log.ts";
import { type Recording, record, SCRATCH, STEPS } from "./recording.ts";
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

/** Images cut out of one recording; then a new one is made. */
const IMAGES_PER_RUN = 1_250;

export async function runPowerCuts(options: PowerCutOptions): Promise<PowerCutResult> {
  const { images, seed, mutant, stopAtFirst = false, onProgress } = options;
  const broken: string[] = [];
  let done = 0;
  for (let run = 0; done < images; run++) {
    const runSeed = seed + run;
    const steps = makeWorkload(runSeed, STEPS);
    const recording = await record({ seed: runSeed, mutant, flushesFail: run % 2 === 1, rots: run % 4 >= 2 });
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
