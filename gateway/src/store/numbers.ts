/** The file that keeps sequence numbers from going backwards should the whole database be lost. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileDurably } from "./durable-file.ts";

/** Numbers are reserved so many at a time: one small durable file for so many readings. */
const STEP = 100_000;

interface Ceilings {
  readonly journal: number;
  /** In the order in which the store came to know them. */
  readonly uplinks: readonly (readonly [name: string, ceiling: number])[];
}

/** Every number given out so far is below its ceiling in the file. */
export class Numbers {
  readonly #path: string;
  #ceilings: Ceilings;

  constructor(dir: string) {
    this.#path = join(dir, "numbers.json");
    this.#ceilings = read(this.#path);
  }

  get journal(): number {
    return this.#ceilings.journal;
  }

  /** 0 when the uplink was never heard of. */
  uplink(name: string): number {
    return this.#ceilings.uplinks.find(([each]) => each === name)?.[1] ?? 0;
  }

  get names(): readonly string[] {
    return this.#ceilings.uplinks.map(([name]) => name);
  }

  /** Call before the commit that uses the numbers. */
  reserve(lastSeq: number, names: readonly string[], next: readonly number[]): void {
    const used = (index: number) => next[index] ?? 0;
    const low = names.some((name, index) => used(index) > this.uplink(name));
    if (lastSeq <= this.journal && !low) return;
    const ceiling = (seq: number) => (Math.floor(seq / STEP) + 1) * STEP;
    const uplinks = names.map((name, index) => [name, Math.max(this.uplink(name), ceiling(used(index)))] as const);
    const ceilings = { journal: Math.max(this.journal, ceiling(lastSeq)), uplinks };
    writeFileDurably(this.#path, JSON.stringify(ceilings));
    this.#ceilings = ceilings;
  }
}

const sane = (ceiling: unknown): ceiling is number => Number.isSafeInteger(ceiling);

/** A file that cannot be read counts for nothing: the database is the truth, this is for when it is gone. */
function read(path: string): Ceilings {
  try {
    const { journal, uplinks } = JSON.parse(readFileSync(path, "utf8")) as Ceilings;
    if (sane(journal) && uplinks.every(([name, ceiling]) => typeof name === "string" && sane(ceiling))) {
      return { journal, uplinks };
    }
  } catch {
    // Not there yet, or damaged.
  }
  return { journal: 0, uplinks: [] };
}
