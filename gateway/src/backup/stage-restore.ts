/** Reads a backup into `STATE/.restoring`, whole and proved, beside a gateway that may be running; taking it up is another step. */
import { mkdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, ConfigError } from "@gatehouse/protocol";
import { fsyncDir, writeFileDurably } from "../store/durable-file.ts";
import { SCHEMA_VERSION } from "../store/migrations/migrate.ts";
import { LEFT_OUT, secretsOf } from "./files.ts";
import { End, FORMAT_VERSION, Head, MAX_FILE_BYTES, MAX_FILES, Piece, pathProblem } from "./format.ts";
import { type Bounds, damaged, readBackupLines } from "./read-lines.ts";
import { Rebuild } from "./rebuild.ts";
import { openSeal, pieceName, type Seal } from "./seal.ts";
import type { Cells } from "./tables.ts";
import { READY_FILE, STAGING } from "./take-up.ts";

export interface RestoreOptions extends Bounds {
  readonly file: string;
  readonly stateDir: string;
  readonly passphrase?: string | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((share: number, rows: number) => void) | undefined;
}

export interface Staged {
  readonly madeAt: string;
  readonly release: string;
  readonly site: string;
  readonly rows: number;
  readonly files: number;
  /** Whether secrets are in it. */
  readonly secrets: boolean;
  /** What the operator should know, in sentences. */
  readonly notes: readonly string[];
}

/** Throws ConfigError for what the operator must change, and the signal's reason; then nothing is left of it. */
export async function stageRestore(options: RestoreOptions): Promise<Staged> {
  const dir = join(options.stateDir, STAGING);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, "state"), { recursive: true, mode: 0o700 });
  try {
    using staging = new Staging(options, dir);
    for await (const { text, hashBefore, share } of readBackupLines(options.file, options, options.signal)) {
      await staging.take(text, hashBefore);
      options.onProgress?.(share, staging.rows);
    }
    return staging.finish();
  } catch (cause) {
    rmSync(dir, { recursive: true, force: true });
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOSPC")) throw cause;
    const fix = "make room on the disk of the state folder; nothing was changed";
    throw new ConfigError({ path: options.stateDir, reason: "there is not enough room", fix }, { cause });
  }
}

class Staging implements Disposable {
  readonly #options: RestoreOptions;
  readonly #dir: string;
  #head: Head | undefined;
  #seal: Seal | undefined;
  #rebuild: Rebuild | undefined;
  #files = 0;
  #sealed = 0;
  /** The file of which pieces are coming. */
  #open: { readonly name: string; readonly path: string; next: number; bytes: number } | undefined;
  #isWhole = false;

  constructor(options: RestoreOptions, dir: string) {
    this.#options = options;
    this.#dir = dir;
  }

  get rows(): number {
    return this.#rebuild?.rows ?? 0;
  }

  async take(text: string, hashBefore: string | undefined): Promise<void> {
    const value = this.#json(text);
    if (this.#isWhole) throw this.#damaged("something stands behind its end");
    if (this.#head === undefined) await this.#begin(value);
    else if (Array.isArray(value)) this.#row(value);
    else if (hashBefore !== undefined) this.#end(value, hashBefore);
    else await this.#piece(value);
  }

  finish(): Staged {
    const head = this.#head;
    if (head === undefined || !this.#isWhole) throw this.#damaged("its end is missing");
    this.#rebuild?.finish(head.madeAt, this.#options.clock.nowMs());
    this.#rebuild?.[Symbol.dispose]();
    const rows = this.rows;
    this.#rebuild = undefined;
    fsyncDir(join(this.#dir, "state"));
    const { madeAt, release, site } = head;
    const secrets = this.#sealed > 0;
    writeFileDurably(join(this.#dir, READY_FILE), JSON.stringify({ phase: "aside", madeAt, release, site, secrets }));
    fsyncDir(this.#options.stateDir);
    const without = secretsOf(this.#options.stateDir).length > 0 ? OWN_SECRETS_STAY : WITHOUT_SECRETS;
    return { madeAt, release, site, rows, files: this.#files, secrets, notes: secrets ? [] : [without] };
  }

  [Symbol.dispose](): void {
    this.#rebuild?.[Symbol.dispose]();
  }

  async #begin(value: unknown): Promise<void> {
    const { data: head } = Head.safeParse(value);
    const { file, passphrase } = this.#options;
    if (head === undefined) throw this.#damaged("its first line is none of a backup");
    if (head.v !== FORMAT_VERSION || head.schema !== SCHEMA_VERSION) {
      const reason = `was made by release ${head.release}: format ${head.v}, schema ${head.schema}; this release reads ${FORMAT_VERSION} and ${SCHEMA_VERSION}`;
      throw new ConfigError({ path: file, reason, fix: `restore it with release ${head.release}` });
    }
    if (head.seal !== null) {
      if (passphrase === undefined)
        throw new ConfigError({ path: "passphrase", reason: "is missing: the backup holds secrets", fix: PASSPHRASE });
      this.#seal = await openSeal(passphrase, head.seal);
      if (this.#seal === undefined)
        throw new ConfigError({ path: "passphrase", reason: "is not the one of this backup", fix: PASSPHRASE });
    }
    if (head.state !== null) {
      this.#json(head.state);
      this.#rebuild = Rebuild.create(join(this.#dir, "state"), head.state);
      if (this.#rebuild === undefined) throw this.#damaged("its counters cannot be read");
    }
    this.#head = head;
  }

  #row([table, ...cells]: readonly unknown[]): void {
    const problem = this.#rebuild === undefined ? "there are rows but no counters" : undefined;
    const said = problem ?? this.#rebuild?.take(table, cells as Cells);
    if (said !== undefined) throw this.#damaged(said);
  }

  async #piece(value: unknown): Promise<void> {
    const { data: piece } = Piece.safeParse(value);
    if (piece === undefined) throw this.#damaged("a line of it is of no known kind");
    const problem = pathProblem(piece.file);
    if (problem !== undefined) throw this.#damaged(`the name ${JSON.stringify(piece.file).slice(0, 100)} ${problem}`);
    const name = `${piece.root}/${piece.file}`;
    if (piece.piece === 0) this.#openFile(name);
    const to = this.#open;
    if (to?.name !== name || to.next !== piece.piece) throw this.#damaged(`the pieces of ${name} are out of order`);
    const bytes = this.#bytesOf(piece);
    to.bytes += bytes.length;
    if (to.bytes > MAX_FILE_BYTES) throw this.#damaged(`${name} is larger than ${MAX_FILE_BYTES} bytes`);
    mkdirSync(dirname(to.path), { recursive: true, mode: 0o700 });
    const file = await open(to.path, piece.piece === 0 ? "wx" : "a", 0o600).catch((cause: unknown) => {
      throw cause instanceof Error && "code" in cause && cause.code === "EEXIST"
        ? this.#damaged(`${name} stands twice`)
        : cause;
    });
    try {
      await file.writeFile(bytes);
      if (piece.last) await file.sync();
    } finally {
      await file.close();
    }
    to.next += 1;
    if (!piece.last) return;
    this.#open = undefined;
    this.#files += 1;
    if (piece.sealed) this.#sealed += 1;
  }

  #openFile(name: string): void {
    if (this.#open !== undefined) throw this.#damaged(`${this.#open.name} has no end`);
    if (this.#files >= MAX_FILES) throw this.#damaged(`there are more than ${MAX_FILES} files in it`);
    const [root = "", top = ""] = name.split("/");
    if (root === "state" && LEFT_OUT.test(top)) throw this.#damaged(`${name} is nothing a backup carries`);
    this.#open = { name, path: join(this.#dir, name), next: 0, bytes: 0 };
  }

  #bytesOf(piece: Piece): Buffer {
    if (!piece.sealed) return Buffer.from(piece.data, "base64");
    const bytes = this.#seal?.open(piece.data, pieceName(piece));
    if (bytes === undefined) throw this.#damaged(`the secret ${piece.file} is not what was sealed`);
    return bytes;
  }

  #end(value: unknown, hashBefore: string): void {
    const { data: end } = End.safeParse(value);
    if (end?.sha256 !== hashBefore) throw this.#damaged("its checksum is another one");
    if (this.#open !== undefined || end.files !== this.#files) throw this.#damaged("files are missing");
    for (const [table, count] of Object.entries(end.rows))
      if ((this.#rebuild?.count(table) ?? 0) !== count) throw this.#damaged(`rows of ${table} are missing`);
    this.#isWhole = true;
  }

  #json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw damaged(this.#options.file, "a line of it is no JSON", cause);
    }
  }

  #damaged(reason: string): ConfigError {
    return damaged(this.#options.file, reason);
  }
}

const PASSPHRASE = "give the passphrase it was made with (--passphrase-file)";
const OWN_SECRETS_STAY =
  "the backup holds no secrets: accounts, keys and certificates of this box stay; if the backup is another box's, known cards count as new";
const WITHOUT_SECRETS =
  "the backup holds no secrets: put the files of passwords and keys that the site file names in place (`gatehouse check` says which); the key of the pseudonyms is made anew, so known cards count as new";
