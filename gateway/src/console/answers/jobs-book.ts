/** Which jobs were under way, on disk: after a restart it is said of them that they were interrupted, instead of nothing. */
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { JobRow } from "../table/jobs.ts";

/** Of earlier starts too; the newest. */
const KEPT = 20;
/** An earlier release wrote of no files. */
const Row = JobRow.extend({ file: JobRow.shape.file.default(null) });
const Stored = z.object({ jobs: z.array(Row) });

export class JobsBook {
  readonly #file: string;
  #last: Promise<void> = Promise.resolve();
  /** What stands there when all writes are through. */
  #rows: readonly JobRow[];

  /** Use {@link JobsBook.open}. */
  constructor(file: string, rows: readonly JobRow[]) {
    this.#file = file;
    this.#rows = rows;
  }

  /** A file that is missing or damaged is an empty book: the work itself is not in it. */
  static async open(file: string): Promise<JobsBook> {
    try {
      const read = Stored.safeParse(JSON.parse(await readFile(file, "utf8")));
      return new JobsBook(file, read.success ? read.data.jobs : []);
    } catch {
      return new JobsBook(file, []);
    }
  }

  /** Oldest first. */
  get rows(): readonly JobRow[] {
    return this.#rows;
  }

  /** Resolves when they are on disk. Throws what the file system throws. */
  keep(rows: readonly JobRow[]): Promise<void> {
    this.#rows = rows.slice(-KEPT);
    const written = this.#last.then(() => this.#write());
    this.#last = written.catch(() => {});
    return written;
  }

  async #write(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.draft`;
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify({ jobs: this.#rows }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#file);
  }
}
