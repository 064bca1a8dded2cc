/** What goes wrong below the store, cut by what is to be done about it. */

/**
 * `full`: make room and try again. `failing`: try again for ever. `damaged`: the process ends, the next start puts the file aside.
 * `bug`: we are wrong, trying again cannot help.
 */
export type FailureKind = "full" | "failing" | "damaged" | "bug";

/** As it crosses from the storage thread. */
export interface Failure {
  readonly kind: FailureKind;
  readonly detail: string;
}

/** Found damaged by a check of ours. Lives in the storage thread only, which does without the 15 MB that @gatehouse/protocol would take there. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

/** The disk does not even do what has nothing to do with the file in question. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

const BY_SQLITE_CODE: Readonly<Record<number, FailureKind>> = {
  3: "failing", // PERM
  5: "failing", // BUSY
  7: "failing", // NOMEM
  8: "failing", // READONLY
  10: "failing", // IOERR
  11: "damaged", // CORRUPT
  13: "full", // FULL
  14: "failing", // CANTOPEN
  15: "failing", // PROTOCOL
  26: "damaged", // NOTADB
};

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "bug", detail: String(error) };
  if (error instanceof DamageError) return { kind: "damaged", detail: error.message };
  if (error instanceof DiskError) return { kind: "failing", detail: error.message };
  if ("errcode" in error && typeof error.errcode === "number") {
    const kind = BY_SQLITE_CODE[error.errcode & 0xff] ?? "bug";
    return { kind, detail: `${error.message} (SQLite ${error.errcode})` };
  }
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return { kind: "full", detail: error.message };
  if (typeof code === "string" && "syscall" in error) return { kind: "failing", detail: error.message };
  return { kind: "bug", detail: error.stack ?? error.message };
}
