/** How the latest test of each device and uplink ended: kept over restarts, for the commissioning report. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const Tested = z.object({
  passed: z.boolean(),
  at: z.string(),
  by: z.string(),
  says: z.object({ en: z.string(), zh: z.string() }),
  /** What was tested, where it can become another under the same name: see {@link markOf}. */
  mark: z.string().optional(),
});
export type Tested = z.infer<typeof Tested>;

/** Of a piece of the site file: another piece has another mark. */
export const markOf = (item: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(item) ?? "")
    .digest("base64url")
    .slice(0, 22);

const Stored = z.object({ devices: z.record(z.string(), Tested), uplinks: z.record(z.string(), Tested) });

export type Testable = keyof z.infer<typeof Stored>;

export class TestsBook {
  readonly #file: string;
  readonly #kept: { readonly devices: Map<string, Tested>; readonly uplinks: Map<string, Tested> };
  #last: Promise<void> = Promise.resolve();
  /** The write that has not begun: whoever notes something until then goes with it. */
  #next: Promise<void> | undefined;
  readonly #known = new Map<Testable, (id: string) => boolean>();

  /** Use {@link TestsBook.open}. */
  constructor(file: string, kept: z.infer<typeof Stored>) {
    this.#file = file;
    this.#kept = { devices: new Map(Object.entries(kept.devices)), uplinks: new Map(Object.entries(kept.uplinks)) };
  }

  /** A file that is missing or damaged is an empty book: tests can be done again. */
  static async open(file: string): Promise<TestsBook> {
    const empty = { devices: {}, uplinks: {} };
    try {
      const read = Stored.safeParse(JSON.parse(await readFile(file, "utf8")));
      return new TestsBook(file, read.success ? read.data : empty);
    } catch {
      return new TestsBook(file, empty);
    }
  }

  /** With a `mark` only a test of just that. One that an earlier release noted without counts for it. */
  of(kind: Testable, id: string, mark?: string): Tested | undefined {
    const tested = this.#kept[kind].get(id);
    const another = mark !== undefined && tested?.mark !== undefined && tested.mark !== mark;
    return another ? undefined : tested;
  }

  /** Resolves when it is on disk. `isKnown`: tests of what is gone are forgotten. */
  note(kind: Testable, id: string, tested: Tested, isKnown: (id: string) => boolean): Promise<void> {
    this.#kept[kind].set(id, tested);
    this.#known.set(kind, isKnown);
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#write();
    });
    this.#last = this.#next.catch(() => {});
    return this.#next;
  }

  async #write(): Promise<void> {
    for (const [kind, isKnown] of this.#known)
      for (const id of this.#kept[kind].keys()) if (!isKnown(id)) this.#kept[kind].delete(id);
    const { devices, uplinks } = this.#kept;
    const text = JSON.stringify({ devices: Object.fromEntries(devices), uplinks: Object.fromEntries(uplinks) });
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.draft`;
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#file);
  }
}
