/** Errors at opening that only the operator can mend. */
import type { Problem } from "@gatehouse/protocol";

const CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EISDIR"]);
/** PERM, READONLY, CANTOPEN. */
const SQLITE_CODES = new Set([3, 8, 14]);

/** Undefined when trying again may help. */
export function refusalOf(error: unknown, dir: string): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const system = "code" in error && typeof error.code === "string" && CODES.has(error.code);
  const sqlite = "errcode" in error && typeof error.errcode === "number" && SQLITE_CODES.has(error.errcode & 0xff);
  if (!system && !sqlite) return undefined;
  return {
    path: dir,
    reason: `the store cannot be opened: ${error.message}`,
    fix: "make the state folder and the files in it readable and writable for this user",
  };
}
