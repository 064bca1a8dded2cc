/** Earlier site files in the state folder: `configs/000001.yaml` and a line of who and why each. The oldest go first. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RejectedError } from "@gatehouse/protocol";
import { z } from "zod";
import { writeFileDurably } from "../store/durable-file.ts";

const Version = z.object({ n: z.int().min(1), at: z.string(), by: z.string(), note: z.string(), hash: z.string() });
export type Version = z.infer<typeof Version>;

const KEPT = 100;

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

export class Versions {
  readonly #dir: string;
  #all: readonly Version[];

  /** A damaged line of the list is left out: the files stand on their own. */
  constructor(stateDir: string) {
    this.#dir = join(stateDir, "configs");
    const list = join(this.#dir, "versions.ndjson");
    const lines = existsSync(list) ? readFileSync(list, "utf8").split("\n") : [];
    this.#all = lines.flatMap((line) => {
      const version = parsed(line);
      return version !== undefined && existsSync(this.#file(version.n)) ? [version] : [];
    });
  }

  /** Oldest first. */
  get all(): readonly Version[] {
    return this.#all;
  }

  get latest(): Version | undefined {
    return this.#all.at(-1);
  }

  /** On disk when it returns. */
  keep(text: string, { at, by, note }: Pick<Version, "at" | "by" | "note">): Version {
    const version = { n: (this.latest?.n ?? 0) + 1, at, by, note, hash: hashOf(text) };
    // Made only now: a backup that waits to be taken up moves what stands in the state folder.
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    writeFileDurably(this.#file(version.n), text);
    const kept = [...this.#all, version].slice(-KEPT);
    writeFileDurably(join(this.#dir, "versions.ndjson"), `${kept.map((one) => JSON.stringify(one)).join("\n")}\n`);
    for (const old of this.#all) if (!kept.includes(old)) rmSync(this.#file(old.n), { force: true });
    this.#all = kept;
    return version;
  }

  /** Throws RejectedError where there is no such version. */
  text(n: number): string {
    if (!this.#all.some((version) => version.n === n))
      throw new RejectedError(`there is no version ${n} of the site file; there are ${this.#range()}`);
    return readFileSync(this.#file(n), "utf8");
  }

  #range(): string {
    const [first, last] = [this.#all[0], this.latest];
    return first === undefined || last === undefined ? "none" : `${first.n} to ${last.n}`;
  }

  #file(n: number): string {
    return join(this.#dir, `${String(n).padStart(6, "0")}.yaml`);
  }
}

function parsed(line: string): Version | undefined {
  try {
    return Version.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
