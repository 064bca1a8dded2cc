/** The one SQLite connection that writes: opening, checking, its statements and its transaction. */
import { chmodSync, closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { Problem } from "@gatehouse/protocol";
import { fsyncDir } from "./durable-file.ts";
import { DamageError } from "./failure.ts";
import { headerDamage, PAGE_BYTES } from "./header.ts";
import { logDamage } from "./log-damage.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "./migrations/migrate.ts";
import { emptyState, parseState, type StoreState } from "./state.ts";

export interface Pragmas {
  /** Anything but FULL loses acknowledged readings in a power cut; the proofs show that they would notice. */
  readonly synchronous: "FULL" | "NORMAL";
  /** Pages in the write-ahead log before it is copied into the database. */
  readonly walPages: number;
  readonly cacheKiB: number;
}

/** A log with nothing in it. */
const WAL_HEADER_BYTES = 32;
/** A schema so far ahead of ours is a flipped bit rather than a later release. */
const PLAUSIBLE_RELEASES = 1_000;

export class Connection {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly uplinks: string[];
  state: StoreState;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, path: string, state: StoreState, uplinks: string[]) {
    this.db = db;
    this.path = path;
    this.state = state;
    this.uplinks = uplinks;
  }

  /** Compiles once. Rows come as arrays of columns. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  begin(): void {
    this.prepare("BEGIN IMMEDIATE").run();
  }

  /** Writes the counters and makes the transaction durable. */
  commit(): void {
    this.prepare("INSERT OR REPLACE INTO state VALUES (1, ?)").run(JSON.stringify(this.state));
    this.prepare("COMMIT").run();
  }

  /** Bytes of live pages and of the write-ahead log. */
  usedBytes(): number {
    const [pages] = row(this.prepare("PRAGMA page_count").get());
    const [free] = row(this.prepare("PRAGMA freelist_count").get());
    return (Number(pages) - Number(free)) * PAGE_BYTES + this.walBytes();
  }

  walBytes(): number {
    return statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Copies the write-ahead log into the database and empties it. Throws when that fails. */
  checkpoint(): void {
    this.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
}

/** A row read with arrays switched on. */
export function row(read: unknown): readonly unknown[] {
  return (read as readonly unknown[] | undefined) ?? [];
}

export function sumOf(body: string): number {
  return crc32(body);
}

/**
 * Opens the database, new or old, and brings its schema up to date. A schema later than ours is a refusal; damage that a quick look
 * can find throws {@link DamageError} or SQLite's own error.
 */
export function connect(path: string, pragmas: Pragmas): Connection | { readonly refused: Problem } {
  undoCreation(path);
  if (sizeOf(path) === 0 && sizeOf(`${path}-wal`) > WAL_HEADER_BYTES)
    throw new DamageError("the database is empty but its log is not");
  const damage = headerDamage(path) ?? logDamage(path);
  if (damage !== undefined) throw new DamageError(damage);
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  settleWal(path);
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 1_000 });
  try {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    const version = schemaVersion(db);
    checkOwner(db, version);
    if (version > SCHEMA_VERSION) {
      checkLater(db, version);
      db.close();
      return { refused: newerSchema(path, version) };
    }
    configure(db, pragmas);
    migrate(db);
    const connection = load(db, path);
    // SQLite goes on when the folder cannot be flushed; the log's own name would then be lost in a power cut.
    fsyncDir(dirname(path));
    return connection;
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/** Only a first start uses a rollback journal: what lies beside one is half made, not rotten, and goes. */
function undoCreation(path: string): void {
  if (sizeOf(path) === 0 || sizeOf(`${path}-journal`) === 0) return;
  const db = new DatabaseSync(path);
  try {
    db.exec("SELECT count(*) FROM sqlite_schema");
  } catch {
    // Damage that the journal does not explain is found by the checks that follow.
  } finally {
    db.close();
  }
}

function checkOwner(db: DatabaseSync, version: number): void {
  const owner = Number(db.prepare("PRAGMA application_id").get()?.["application_id"]);
  const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  if (tables > 0 && owner !== APPLICATION_ID)
    throw new DamageError(`not a gatehouse database (application id ${owner})`);
  if (version < 0 || version > SCHEMA_VERSION + PLAUSIBLE_RELEASES) throw new DamageError(`schema version ${version}`);
}

/** The header is one number that may rot; the counters say the same if it is true. */
function checkLater(db: DatabaseSync, version: number): void {
  const said = db.prepare("SELECT json_extract(body, '$.schema') AS schema FROM state").get()?.["schema"];
  if (said !== version) throw new DamageError(`schema version ${version}, the counters say ${said}`);
}

function newerSchema(path: string, version: number): Problem {
  return {
    path,
    reason: `written by a later release: schema ${version}, this release knows ${SCHEMA_VERSION}`,
    fix: "start the later release again, or restore a backup made by this one",
  };
}

function configure(db: DatabaseSync, pragmas: Pragmas): void {
  const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (mode !== "wal") throw new DamageError(`no write-ahead log: journal mode ${mode}`);
  db.exec(`PRAGMA synchronous = ${pragmas.synchronous};
    PRAGMA wal_autocheckpoint = ${pragmas.walPages};
    PRAGMA journal_size_limit = ${pragmas.walPages * PAGE_BYTES};
    PRAGMA cache_size = -${pragmas.cacheKiB};
    PRAGMA temp_store = MEMORY;`);
}

function load(db: DatabaseSync, path: string): Connection {
  const body = db.prepare("SELECT body FROM state WHERE id = 1").get()?.["body"];
  const rows = Number(db.prepare("SELECT count(*) AS n FROM (SELECT 1 FROM journal LIMIT 1)").get()?.["n"]);
  const state = body === undefined && rows === 0 ? emptyState() : parseState(body);
  if (state === undefined) throw new DamageError("the counters cannot be read");
  const uplinks: string[] = [];
  for (const { n, id } of db.prepare("SELECT n, id FROM uplink ORDER BY n").all()) {
    if (n !== uplinks.length || typeof id !== "string") throw new DamageError("the list of uplinks cannot be read");
    uplinks.push(id);
  }
  if (uplinks.length !== state.next.length) throw new DamageError("the list of uplinks and the counters disagree");
  return new Connection(db, path, state, uplinks);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Writes the log's own bytes over it and flushes. A killed process may leave transactions there that were never flushed, and a flush that
 * failed leaves pages that look clean but are not on disk; both would be taken for durable. Nothing else may write meanwhile.
 */
export function settleWal(path: string): void {
  if (sizeOf(`${path}-wal`) === 0) return;
  const fd = openSync(`${path}-wal`, "r+");
  try {
    const chunk = Buffer.allocUnsafe(256 * 1024);
    for (let at = 0; ; ) {
      const length = readSync(fd, chunk, 0, chunk.length, at);
      if (length === 0) break;
      for (let done = 0; done < length; ) done += writeSync(fd, chunk, done, length - done, at + done);
      at += length;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
