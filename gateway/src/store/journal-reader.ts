/**
 * Reads a state folder beside the gateway that may be running on it: through a connection that cannot write, in pieces so short that the
 * gateway's own checkpoints never wait for them. The one writer stays the one writer.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "@gatehouse/protocol";
import type { JournalEntry } from "../core/ports.ts";
import { row, sumOf } from "./connection.ts";
import { headerDamage } from "./header.ts";
import { APPLICATION_ID, SCHEMA_VERSION, schemaVersion } from "./migrations/migrate.ts";
import { DATABASE } from "./quarantine.ts";
import { checkSqlite } from "./sqlite-version.ts";
import { parseState } from "./state.ts";

/** Journal numbers looked at in one read. */
const WINDOW = 4_000;

export interface JournalPiece {
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Of the journal, 0 to 1. */
  readonly share: number;
}

export interface JournalReader extends Disposable {
  /** Entries of one type received from `fromMs` up to, not including, `toMs`, in journal order, as the journal stands at the call. */
  read(type: string, fromMs?: number, toMs?: number): Generator<JournalPiece>;
  /** The newest configuration as JSON text; undefined when the gateway never had one. */
  config(): string | undefined;
  /** Entries left out so far because their bytes had rotted. */
  readonly damaged: number;
}

/** Throws ConfigError when there is no readable database of this release in the folder. */
export function openJournal(dir: string): JournalReader {
  checkSqlite();
  const path = join(dir, DATABASE);
  if (guarded(path, () => statSync(path, { throwIfNoEntry: false })?.isFile()) !== true) {
    const reason = `there is no ${DATABASE} in it`;
    throw new ConfigError({ path: dir, reason, fix: "name the folder given to `gatehouse run --state`" });
  }
  const problem = guarded(path, () => headerDamage(path));
  if (problem !== undefined) throw damagedFile(path, problem);
  const db = guarded(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));
  try {
    guarded(path, () => check(db, path));
    return new Reader(db, path);
  } catch (error) {
    db.close();
    throw error;
  }
}

class Reader implements JournalReader {
  readonly #db: DatabaseSync;
  readonly #path: string;
  #damaged = 0;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  get damaged(): number {
    return this.#damaged;
  }

  *read(type: string, fromMs = -Infinity, toMs = Infinity): Generator<JournalPiece> {
    const [first, last] = this.#rows("SELECT min(seq), max(seq) FROM journal")[0] as readonly (number | null)[];
    if (typeof first !== "number" || typeof last !== "number") return;
    const sql = `SELECT seq, now_ms, type, credential, body, sum FROM journal
      WHERE seq >= ? AND seq < ? AND type = ? AND now_ms >= ? AND now_ms < ? ORDER BY seq`;
    for (let [at, end] = [first, first]; at <= last; at = this.#next(end) ?? last + 1) {
      end = Math.min(at + WINDOW, last + 1);
      const rows = this.#rows(sql, at, end, type, Math.max(fromMs, -MAX_MS), Math.min(toMs, MAX_MS));
      yield { entries: rows.flatMap((cells) => this.#entry(cells)), share: (end - first) / (last + 1 - first) };
    }
  }

  /** Numbers are skipped by the thousand million where a backup was restored. */
  #next(seq: number): number | undefined {
    const [next] = this.#rows("SELECT min(seq) FROM journal WHERE seq >= ?", seq)[0] ?? [];
    return typeof next === "number" ? next : undefined;
  }

  config(): string | undefined {
    const [seq] = this.#rows("SELECT json_extract(body, '$.snapshotSeq') FROM state")[0] ?? [];
    const behind = Number(seq ?? 0);
    const later = "SELECT body, sum FROM journal WHERE seq > ? AND type = 'config' ORDER BY seq DESC LIMIT 1";
    const [journaled] = this.#rows(later, behind);
    if (journaled !== undefined) {
      const [body] = this.#sound(journaled);
      const { config } = JSON.parse(body) as { readonly config: unknown };
      return JSON.stringify(config);
    }
    const [piece] = this.#rows("SELECT body, sum FROM snapshot WHERE part = 'core' AND id = 'config'");
    return piece === undefined ? undefined : this.#sound(piece)[0];
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Whole at once: an open cursor would hold the write-ahead log. */
  #rows(sql: string, ...values: readonly (string | number)[]): readonly (readonly unknown[])[] {
    return guarded(this.#path, () => {
      const statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      return statement.all(...values).map(row);
    });
  }

  #entry([seq, nowMs, type, credential, body, sum]: readonly unknown[]): JournalEntry[] {
    if (typeof body !== "string" || sumOf(body) !== sum) {
      this.#damaged += 1;
      return [];
    }
    const personal = typeof credential === "string" ? { credential } : {};
    return [{ seq: seq as number, nowMs: nowMs as number, type: type as string, body, ...personal }];
  }

  #sound([body, sum]: readonly unknown[]): readonly [string] {
    if (typeof body === "string" && sumOf(body) === sum) return [body];
    throw damagedFile(this.#path, "the configuration in it does not match its checksum");
  }
}

/** Beyond any time a journal holds. */
const MAX_MS = 8.64e15;

function check(db: DatabaseSync, path: string): void {
  const version = schemaVersion(db);
  const owner = Number(db.prepare("PRAGMA application_id").get()?.["application_id"]);
  if (owner !== APPLICATION_ID) throw damagedFile(path, "it is no database of a gatehouse");
  if (version > SCHEMA_VERSION) {
    const reason = `written by a later release: schema ${version}, this release knows ${SCHEMA_VERSION}`;
    throw new ConfigError({ path, reason, fix: "use that release" });
  }
  const body = db.prepare("SELECT body FROM state WHERE id = 1").get()?.["body"];
  // A store nothing was ever written to has none.
  if (body !== undefined && parseState(body) === undefined) throw damagedFile(path, "its counters cannot be read");
}

/** PERM, READONLY, CANTOPEN, AUTH. */
const FORBIDDEN = new Set([3, 8, 14, 23]);
const BUSY = new Set([5, 6]);

/** Every failure below becomes a sentence. */
function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : 0;
    if (code === 0 || FORBIDDEN.has(code)) {
      const fix =
        "run this as the gateway's own user, who may write in the folder (SQLite needs that to read beside a writer)";
      throw new ConfigError({ path, reason: `cannot be read: ${said}`, fix }, { cause });
    }
    if (BUSY.has(code)) throw new ConfigError({ path, reason: `is busy: ${said}`, fix: "try again" }, { cause });
    throw damagedFile(path, said, cause);
  }
}

function damagedFile(path: string, reason: string, cause?: unknown): ConfigError {
  const fix = "start the gateway once: it puts a damaged database aside and carries over what can be read";
  return new ConfigError({ path, reason: `is damaged: ${reason}`, fix }, { cause });
}
