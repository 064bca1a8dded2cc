/** Makes a backup of a gateway, running or not: a moment of its database, its files, and its secrets where a passphrase seals them. */
import { createHash } from "node:crypto";
import { createWriteStream, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Clock, ConfigError } from "@gatehouse/protocol";
import { row } from "../store/connection.ts";
import { fsyncDir } from "../store/durable-file.ts";
import { SCHEMA_VERSION, schemaVersion } from "../store/migrations/migrate.ts";
import { parseState } from "../store/state.ts";
import { type BackupFile, type Found, findFiles } from "./files.ts";
import { FORMAT_VERSION, type Head, PIECE_BYTES } from "./format.ts";
import { newSeal, pieceName, type Seal } from "./seal.ts";
import { rowProblem, selectFrom, TABLES } from "./tables.ts";

export interface BackupOptions {
  readonly stateDir: string;
  readonly siteFile: string;
  /** There whole or not at all, readable by its owner alone. */
  readonly out: string;
  /** Without it secrets are left out. */
  readonly passphrase?: string | undefined;
  readonly release: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** `share` from 0 to 1. */
  readonly onProgress?: ((share: number, rows: number) => void) | undefined;
}

export interface BackedUp {
  readonly bytes: number;
  readonly files: number;
  readonly rows: number;
  /** Secrets in it. */
  readonly sealed: number;
  /** What the operator should know, in sentences. */
  readonly notes: readonly string[];
}

export const MIN_PASSPHRASE = 10;
const ROWS_A_LINE_RUN = 200;

/** Throws ConfigError for what the operator must change, and the signal's reason. */
export async function writeBackup(options: BackupOptions): Promise<BackedUp> {
  const { stateDir, siteFile, out, passphrase, signal } = options;
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE)
    throw new ConfigError({ path: "passphrase", reason: "is too short", fix: `use at least ${MIN_PASSPHRASE} signs` });
  const db = openToRead(stateDir);
  const part = `${out}.part`;
  try {
    const seal = passphrase === undefined ? undefined : await newSeal(passphrase);
    const work = new Work(options, findFiles(stateDir, siteFile), db, seal);
    const file = createWriteStream(part, { fd: openPart(part, out), flush: true });
    await pipeline(Readable.from(work.lines()), createGzip(), file, ...(signal === undefined ? [] : [{ signal }]));
    renameSync(part, out);
    fsyncDir(dirname(out));
    return { bytes: statSync(out).size, ...work.result };
  } catch (cause) {
    rmSync(part, { force: true });
    signal?.throwIfAborted();
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new ConfigError({ path: out, reason: `cannot be written: ${cause.message}`, fix: WRITABLE }, { cause });
  } finally {
    db?.close();
  }
}

const WRITABLE = "name a file in a folder with room that this user may write to";

/** One backup being written. */
class Work {
  readonly #options: BackupOptions;
  readonly #found: Found;
  readonly #db: DatabaseSync | undefined;
  readonly #seal: Seal | undefined;
  readonly #hash = createHash("sha256");
  readonly #notes: string[];
  #files = 0;
  #sealed = 0;
  #rows = 0;

  constructor(options: BackupOptions, found: Found, db: DatabaseSync | undefined, seal: Seal | undefined) {
    this.#options = options;
    this.#found = found;
    this.#db = db;
    this.#seal = seal;
    this.#notes = [...found.notes];
  }

  get result(): Omit<BackedUp, "bytes"> {
    return { files: this.#files, rows: this.#rows, sealed: this.#sealed, notes: this.#notes };
  }

  async *lines(): AsyncGenerator<string> {
    // One moment for all tables: a read transaction. The log beside the database grows meanwhile by what the gateway writes.
    this.#db?.exec("BEGIN");
    const state = this.#state();
    yield this.#line(this.#head(state));
    yield* this.#fileLines();
    const counts: Record<string, number> = {};
    const expected = Math.max(1, parseState(state)?.journalRows ?? 1);
    if (this.#db !== undefined) {
      for (const table of TABLES) {
        counts[table.name] = 0;
        for (const run of this.#rowRuns(this.#db, table)) {
          counts[table.name] = (counts[table.name] ?? 0) + run.length;
          this.#rows += run.length;
          this.#options.onProgress?.(Math.min(0.99, this.#rows / (expected + 1_000)), this.#rows);
          yield run.map((cells) => this.#line([table.name, ...cells])).join("");
        }
      }
    }
    const sha256 = this.#hash.copy().digest("hex");
    yield `${JSON.stringify({ end: true, files: this.#files, rows: counts, sha256 })}\n`;
    this.#options.onProgress?.(1, this.#rows);
  }

  #state(): string | null {
    const body = this.#db?.prepare("SELECT body FROM state WHERE id = 1").get()?.["body"];
    return typeof body === "string" ? body : null;
  }

  #head(state: string | null): Head {
    const { clock, release } = this.#options;
    return {
      gatehouse: "backup",
      v: FORMAT_VERSION,
      madeAt: new Date(clock.nowMs()).toISOString(),
      release,
      site: this.#found.site,
      schema: SCHEMA_VERSION,
      state,
      seal: this.#seal?.head ?? null,
    };
  }

  *#fileLines(): Generator<string> {
    const secrets = this.#found.files.filter(({ isSecret }) => isSecret);
    if (this.#seal === undefined && secrets.length > 0)
      this.#notes.push(
        `${secrets.length} secrets are left out (keys, passwords, accounts): back up with a passphrase to carry them too`,
      );
    for (const file of this.#found.files) {
      if (file.isSecret && this.#seal === undefined) continue;
      this.#files += 1;
      if (file.isSecret) this.#sealed += 1;
      yield* this.#pieces(file);
    }
  }

  *#pieces({ root, file, path, isSecret }: BackupFile): Generator<string> {
    const content = readFileSync(path);
    for (let piece = 0; piece === 0 || piece * PIECE_BYTES < content.length; piece++) {
      const bytes = content.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
      const last = (piece + 1) * PIECE_BYTES >= content.length;
      const place = { root, file, piece, last };
      const data = isSecret && this.#seal ? this.#seal.close(bytes, pieceName(place)) : bytes.toString("base64");
      yield this.#line({ ...place, sealed: isSecret, data });
    }
  }

  *#rowRuns(db: DatabaseSync, table: (typeof TABLES)[number]): Generator<readonly (readonly unknown[])[]> {
    const statement = db.prepare(selectFrom(table));
    statement.setReturnArrays(true);
    let [run, damaged]: [(readonly unknown[])[], number] = [[], 0];
    for (const each of statement.iterate()) {
      const cells = row(each);
      if (rowProblem(table, cells) !== undefined) damaged += 1;
      else run.push(cells);
      if (run.length < ROWS_A_LINE_RUN) continue;
      yield run;
      run = [];
    }
    yield run;
    if (damaged > 0) this.#notes.push(`${damaged} rows of the table ${table.name} are damaged and left out`);
  }

  #line(value: unknown): string {
    const line = `${JSON.stringify(value)}\n`;
    this.#hash.update(line);
    return line;
  }
}

function openPart(part: string, out: string): number {
  try {
    return openSync(part, "w", 0o600);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError({ path: out, reason: `cannot be written: ${said}`, fix: WRITABLE }, { cause });
  }
}

/** Undefined where no gateway ran yet. The one writer stays the one writer. */
function openToRead(stateDir: string): DatabaseSync | undefined {
  const path = join(stateDir, "gatehouse.db");
  try {
    if (!statSync(stateDir).isDirectory()) throw new TypeError("it is no folder");
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    if (schemaVersion(db) === SCHEMA_VERSION) return db;
    db.close();
    throw new TypeError("it was written by another release: start this one on it once");
  } catch (cause) {
    const reason = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    const fix = "name the folder given to `gatehouse run --state`, and run this as the gateway's own user";
    throw new ConfigError({ path: stateDir, reason, fix }, { cause });
  }
}
