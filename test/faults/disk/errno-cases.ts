/** Which storage call of a run fails, and how. */
import type { Fault, Operation } from "../io-shim/io-shim.ts";

/** A run of the store is cut into sessions: open, so many transactions, close. The last one starts on a database with a rotten header. */
export const SESSIONS = 21;
export const STEPS_PER_SESSION = 25;
export const isRotten = (session: number): boolean => session === SESSIONS - 1;

/** One fault in one session. */
export interface ErrnoCase {
  readonly session: number;
  readonly operation: Operation;
  /** The how manieth call of this kind in the session, from 1. */
  readonly call: number;
  readonly error: Fault["error"];
  /** Or until it is healed, which happens once the store has said that something is wrong. */
  readonly once: boolean;
}

/** Calls of each kind in a session that nothing disturbs. */
export type CallCounts = Readonly<Record<Operation, number>>;

/** A flush that fails for want of room is no less a failed flush; a read never finds the disk full. */
const ERRORS: Readonly<Record<Operation, readonly Fault["error"][]>> = {
  write: ["EIO", "ENOSPC", "short"],
  sync: ["EIO", "ENOSPC"],
  truncate: ["EIO"],
  create: ["EIO", "ENOSPC"],
  name: ["EIO", "ENOSPC"],
  read: ["EIO"],
  open: ["EIO"],
};

/** Of every so many calls one, with one of the errors it may return; 1 for every call with every error. */
export function casesOf(counts: readonly CallCounts[], oneIn: number): ErrnoCase[] {
  const calls = everyCall(counts);
  if (oneIn === 1) return calls.flatMap(variants);
  return calls.filter((_, index) => index % oneIn === oneIn - 1).map((call, index) => pick(variants(call), index));
}

type Call = Pick<ErrnoCase, "session" | "operation" | "call">;

function everyCall(counts: readonly CallCounts[]): Call[] {
  return counts.flatMap((calls, session) =>
    (Object.keys(ERRORS) as Operation[]).flatMap((operation) =>
      Array.from({ length: calls[operation] }, (_, i) => ({ session, operation, call: i + 1 })),
    ),
  );
}

function variants(call: Call): ErrnoCase[] {
  return ERRORS[call.operation].flatMap((error) => {
    const ways = error === "short" ? [true] : [true, false];
    return ways.map((once) => ({ ...call, error, once }));
  });
}

const pick = (cases: readonly ErrnoCase[], index: number): ErrnoCase => cases[index % cases.length] as ErrnoCase;

/** What became of the store, for whoever reads a broken case. */
export interface ErrnoOutcome {
  /** The session came to this call. */
  readonly struck: boolean;
  /** The store raised a code or ended a call with an error. */
  readonly told: boolean;
  readonly problem: string | undefined;
}

export type ErrnoLine =
  | { readonly counts: readonly CallCounts[] }
  | ({ readonly case: ErrnoCase } & ErrnoOutcome)
  | { readonly started: ErrnoCase };
