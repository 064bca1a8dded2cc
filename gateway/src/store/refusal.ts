/** Errors at opening that only the operator can mend. */
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "@gatehouse/protocol";

const CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EISDIR"]);
/** PERM, READONLY, CANTOPEN: SQLite does not say why. */
const SQLITE_CODES = new Set([3, 8, 14]);

/** Undefined when trying again may help. */
export function refusalOf(error: unknown, dir: string): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const sqlite = "errcode" in error && typeof error.errcode === "number" && SQLITE_CODES.has(error.errcode & 0xff);
  if (!isRefused(sqlite ? writeError(dir) : error)) return undefined;
  return {
    path: dir,
    reason: `the store cannot be opened: ${error.message}`,
    fix: "make the state folder and the files in it readable and writable for this user",
  };
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && CODES.has(error.code);
}

/** What the folder says to a new file; undefined when it takes it. */
function writeError(dir: string): unknown {
  const path = join(dir, ".probe");
  try {
    closeSync(openSync(path, "w", 0o600));
    rmSync(path);
    return undefined;
  } catch (error) {
    return error;
  }
}
