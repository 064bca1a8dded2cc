/** One gateway a state folder: a lock the kernel lets go of when the process ends, however it ends. */
import { chmodSync, closeSync, mkdirSync, openSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError, LinkError } from "@gatehouse/protocol";
import { refusalOf } from "./refusal.ts";

export interface StateLock {
  release(): void;
}

/** SQLite's codes: somebody else has it; and two kinds of damage. */
const BUSY = 5;
const DAMAGE = [11, 26];

/**
 * Makes the folder if need be. Throws ConfigError when another process holds it or the operator must mend it, LinkError when its disk fails:
 * start again.
 */
export function lockStateDir(dir: string): StateLock {
  try {
    if (mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(dir, 0o700);
    return lockFile(join(dir, "lock"));
  } catch (cause) {
    if (codeOf(cause) === BUSY) {
      const reason = "another gatehouse is already running on this state folder";
      throw new ConfigError({ path: dir, reason, fix: "stop it first, or name another folder" }, { cause });
    }
    const said = `the state folder cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    if (refusalOf(cause, dir) === undefined) throw new LinkError("closed", `${dir}: ${said}`, { cause });
    throw new ConfigError({ path: dir, reason: said, fix: "make it a folder this user may write to" }, { cause });
  }
}

function lockFile(path: string): StateLock {
  closeSync(openSync(path, "a", 0o600));
  try {
    return hold(path);
  } catch (error) {
    if (!DAMAGE.includes(codeOf(error) ?? 0)) throw error;
    // Nothing stands in it; who holds it would have been found busy.
    truncateSync(path);
    return hold(path);
  }
}

function hold(path: string): StateLock {
  const db = new DatabaseSync(path);
  try {
    // A journal in a file would keep the gateway from starting on a full disk.
    db.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
}
