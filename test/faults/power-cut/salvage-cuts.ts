/** Lets each flush of a salvage fail in turn, and cuts the power after every call of it that a name or a flush hangs on. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { checkImage, layOut, Promised } from "./check-image.ts";
import { Disk } from "./disk.ts";
import type { IoRecord } from "./io-log.ts";
import { type Recording, record, SCRATCH, STEPS } from "./recording.ts";
import { makeWorkload, type Step } from "./workload.ts";

/** Flushes of the state folder that a weakened salvage would do without: between the change of a name and the next step. */
const LEFT_OUT = {
  /** The log is moved away while the plan that says where to may still vanish. */
  "plan-without-fsync": [/\/salvage\.json$/, /\/quarantine\/\d+\/gatehouse\.db/],
  /** The plan is removed while the new database may still lie under its draft's name. */
  "plan-removed-early": [/\/gatehouse\.db$/, /\/salvage\.json$/],
} as const;

export type SalvageMutant = keyof typeof LEFT_OUT;
export const SALVAGE_MUTANTS = Object.keys(LEFT_OUT) as SalvageMutant[];

export interface SalvageCutResult {
  readonly images: number;
  /** How many of its flushes were made to fail. */
  readonly flushes: number;
  readonly broken: readonly string[];
}

/** One recording for each flush, or for one in `oneIn`, and `perCall` images for every call. */
export async function runSalvageCuts(seed: number, perCall: number, oneIn = 1): Promise<SalvageCutResult> {
  const steps = makeWorkload(seed, STEPS);
  const broken: string[] = [];
  let images = 0;
  const recordWith = (failFirst: number) => record({ seed, flushesFail: true, rots: true, failFirst });
  let next = recordWith(1);
  for (let flush = 1; ; flush += oneIn) {
    const recording = await next;
    if (!salvageOf(recording).some((each) => "failed" in each && each.failed))
      return { images, flushes: (flush - 1) / oneIn, broken };
    // A process of its own: it goes on while this one's images are looked at.
    next = recordWith(flush + oneIn);
    for (const problem of cutSalvage(recording, steps, seed, perCall)) {
      images += 1;
      if (problem !== undefined) broken.push(`seed ${seed}, flush ${flush} of the salvage: ${problem}`);
      await systemClock.sleep(0);
    }
  }
}

/**
 * What the cuts find of a salvage that leaves flushes out; none fails. A kill right behind a checkpoint leaves a log that nobody misses,
 * hence several seeds, up to the first that finds something.
 */
export async function runWeakSalvage(
  seeds: readonly number[],
  perCall: number,
  mutant: SalvageMutant,
): Promise<readonly string[]> {
  for (const seed of seeds) {
    const { root, records } = await record({ seed, flushesFail: false, rots: true });
    const weak = { root, records: withoutFlushes(root, records, ...LEFT_OUT[mutant]) };
    if (weak.records.length === records.length) throw new TypeError(`${mutant} leaves nothing out`);
    const found = [...cutSalvage(weak, makeWorkload(seed, STEPS), seed, perCall)].filter((each) => each !== undefined);
    if (found.length > 0) return found;
  }
  return [];
}

function withoutFlushes(root: string, records: readonly IoRecord[], from: RegExp, until: RegExp): IoRecord[] {
  let isLeftOut = false;
  return records.filter((each) => {
    if (each.kind === "rename" && from.test(each.to)) isLeftOut = true;
    else if (each.kind === "rename" && until.test(each.to)) isLeftOut = false;
    else if (each.kind === "unlink" && until.test(each.path)) isLeftOut = false;
    return !(isLeftOut && each.kind === "sync-dir" && each.path === root);
  });
}

/** From the rot to the open store. */
function salvageOf({ records }: Recording): readonly IoRecord[] {
  const start = records.findIndex((each) => each.kind === "mark" && "rotten" in each.mark);
  const end = records.findIndex((each, at) => at > start && each.kind === "mark" && "found" in each.mark);
  return records.slice(start, end);
}

/** One image each: what is wrong with it, or undefined. */
function* cutSalvage(
  recording: Recording,
  steps: readonly Step[],
  seed: number,
  perCall: number,
): Generator<string | undefined> {
  const salvage = new Set(salvageOf(recording));
  const disk = new Disk(recording.root);
  const promised = new Promised();
  const dir = mkdtempSync(join(SCRATCH, "gatehouse-image-"));
  try {
    for (const [at, each] of recording.records.entries()) {
      if (each.kind === "mark") promised.take(each.mark);
      else disk.apply(each);
      if (!salvage.has(each) || each.kind === "write" || each.kind === "mark") continue;
      for (let image = 0; image < perCall; image++) {
        layOut(dir, disk.image(new Random(`${seed}/${at}/${image}`)));
        const problem = checkImage(dir, steps, promised);
        yield problem === undefined ? undefined : `image ${image} after call ${at} (${each.kind}): ${problem}`;
      }
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}
