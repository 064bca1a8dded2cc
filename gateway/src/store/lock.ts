/** One gateway a state folder: a lock the kernel lets go of when the process ends, however it ends. */
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "@gatehouse/protocol";

export interface StateLock {
  release(): void;
}

/** Makes the folder if need be. Throws ConfigError when another process holds it or it cannot be used. */
export function lockStateDir(dir: string): StateLock {
  let db: DatabaseSync | undefined;
  try {
    if (mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(dir, 0o700);
    const path = join(dir, "lock");
    closeSync(openSync(path, "a", 0o600));
    const held = new DatabaseSync(path);
    db = held;
    held.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return { release: () => held.close() };
  } catch (cause) {
    db?.close();
    const busy = cause instanceof Error && "errcode" in cause && cause.errcode === 5;
    const reason = busy
      ? `another gatehouse is already running on this state folder`
      : `the state folder cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    const fix = busy ? "stop it first, or name another folder" : "make it a folder this user may write to";
    throw new ConfigError({ path: dir, reason, fix }, { cause });
  }
}
