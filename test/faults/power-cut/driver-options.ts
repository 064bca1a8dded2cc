/** What the driver program is told. */

export interface DriverOptions {
  readonly dir: string;
  readonly marks: string;
  readonly seed: number;
  readonly steps: number;
  /** Kill the process with so many steps issued, in the middle of whatever it is doing; undefined ends in order. */
  readonly killAt?: number;
  /** One byte of the database's header rots before the store is opened. */
  readonly rot?: boolean;
  /** Control file of the shim: flushes fail now and then. */
  readonly control?: string;
  /** Which flush of this start fails once, counted from 1, before others do; undefined leaves the start alone. Needs `control`. */
  readonly failFirst?: number;
  readonly mutant?: Mutant;
}

/** Faults a store may have, one broken promise each. */
export const MUTANTS = [
  "synchronous-normal",
  "ack-before-commit",
  "settle-before-commit",
  "settle-before-receipt",
  "rename-without-fsync",
] as const;
export type Mutant = (typeof MUTANTS)[number];
