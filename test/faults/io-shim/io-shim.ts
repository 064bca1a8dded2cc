/** Builds the storage shim from its C source, and speaks to it: what to record, what to let fail, how long a flush takes. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let built: string | undefined;

const FLAGS = ["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O2"];

/** Path of the shared library, compiled once a process by gcc and removed when that ends. */
export function buildIoShim(): string {
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-shim-"));
    const library = join(folder, "io-shim.so");
    const source = join(import.meta.dirname, "io-shim.c");
    execFileSync("gcc", [...FLAGS, "-o", library, source, "-ldl", "-lpthread"], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    process.once("exit", () => rmSync(folder, { recursive: true }));
    built = library;
  }
  return built;
}

export interface IoShimOptions {
  /** Only files below this folder are touched. */
  readonly dir: string;
  /** Record to this file, which lies elsewhere. */
  readonly log?: string;
  /** Writes to this path become marks in the log. */
  readonly marks?: string;
  /** Path of an {@link IoControl}. */
  readonly control?: string;
  /** Where there is no control file. */
  readonly fsyncDelayMs?: number;
  /** Size of the disk that the folder is made to be. */
  readonly quotaBytes?: number;
}

/** Environment for the process to be watched; add it to `process.env`. */
export function ioShimEnv(options: IoShimOptions): Record<string, string> {
  const { dir, log, marks, control, fsyncDelayMs, quotaBytes } = options;
  return {
    LD_PRELOAD: buildIoShim(),
    GATEHOUSE_IO_DIR: dir,
    ...(log === undefined ? {} : { GATEHOUSE_IO_LOG: log }),
    ...(marks === undefined ? {} : { GATEHOUSE_IO_MARKS: marks }),
    ...(control === undefined ? {} : { GATEHOUSE_IO_CONTROL: control }),
    ...(quotaBytes === undefined ? {} : { GATEHOUSE_IO_QUOTA: String(quotaBytes) }),
    ...(fsyncDelayMs === undefined ? {} : { GATEHOUSE_IO_FSYNC_DELAY_MS: String(fsyncDelayMs) }),
  };
}

/** As in io-shim.c. */
export const OPERATIONS = { write: 1, sync: 2, truncate: 4, create: 8, name: 16, read: 32, open: 64 } as const;
export type Operation = keyof typeof OPERATIONS;
export const ERRNO = { EIO: 5, ENOSPC: 28 } as const;
const SHORT_WRITE = -1;

export interface Fault {
  /** `short`: half of a write is done, and the next call finds the disk full. */
  readonly error: keyof typeof ERRNO | "short";
  readonly operations: readonly Operation[];
  /** Which of these operations fails first, counted from now; 1 is the next. */
  readonly at: number;
  /** How many fail in a row; undefined for all. */
  readonly count?: number;
}

const FIELDS = { fsyncDelayMs: 0, failAt: 1, failCount: 2, error: 3, operations: 4, calls: 5, failed: 6 } as const;

/** The control file of a shim: may be written while the process runs, from outside or from within. */
export class IoControl {
  readonly path: string;
  readonly #fd: number;

  /** Makes the file, or takes the one that is there: several processes may hold it. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, "a+", 0o600);
    closeSync(this.#fd);
    this.#fd = openSync(path, "r+");
    if (readSync(this.#fd, Buffer.alloc(64), 0, 64, 0) < 64) writeSync(this.#fd, Buffer.alloc(64), 0, 64, 0);
  }

  delayFsync(ms: number): void {
    this.#set("fsyncDelayMs", ms);
  }

  fail(fault: Fault): void {
    this.heal();
    this.#set("calls", 0);
    this.#set("failed", 0);
    this.#set("error", fault.error === "short" ? SHORT_WRITE : ERRNO[fault.error]);
    this.#set("failCount", fault.count ?? 0);
    this.#set(
      "operations",
      fault.operations.reduce((mask, operation) => mask | OPERATIONS[operation], 0),
    );
    this.#set("failAt", fault.at);
  }

  /** Nothing fails any more; operations named by the last fault are still counted. */
  heal(): void {
    this.#set("failAt", 0);
  }

  /** Counts these operations from 0. */
  count(operations: readonly Operation[]): void {
    this.fail({ error: "EIO", operations, at: 0 });
  }

  get calls(): number {
    return this.#get("calls");
  }

  /** How often the last fault has struck. */
  get failed(): number {
    return this.#get("failed");
  }

  close(): void {
    closeSync(this.#fd);
  }

  #set(field: keyof typeof FIELDS, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    writeSync(this.#fd, bytes, 0, 8, FIELDS[field] * 8);
  }

  #get(field: keyof typeof FIELDS): number {
    const bytes = Buffer.alloc(8);
    readSync(this.#fd, bytes, 0, 8, FIELDS[field] * 8);
    return Number(bytes.readBigInt64LE());
  }
}
