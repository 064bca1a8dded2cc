/**
 * Finding the addresses of many meters on one line by wildcards, for DL/T 645 and CJ/T 188. Low digits are given, the high rest is `AA`:
 * silence rules out all of a branch, one clean answer is a meter, several at once spoil each other and split the branch. Pure.
 */

/** What was heard after a request to a pattern. */
export interface SearchEcho {
  /** Addresses of the good answers. */
  readonly addresses: readonly string[];
  /** Bytes that made no frame: answers that ran into each other. */
  readonly damaged: boolean;
}

export interface MeterSearch {
  /** The address to ask now; undefined when the search is over. */
  readonly pattern: string | undefined;
  /** What came back for it. */
  heard(echo: SearchEcho): void;
  /** In the order they were found. */
  readonly found: readonly string[];
  /**
   * Patterns under which answers collided and no narrower request brought a meter out: it does not know partial wildcards, or two have the
   * same address.
   */
  readonly unresolved: readonly string[];
  /** 0 to 1: how much of the address space is settled. */
  readonly share: number;
}

/** The first request, and one for a whole address, are repeated so often before silence or damage is believed. */
const TRIES = 3;

interface Notes {
  readonly found: Set<string>;
  readonly unresolved: string[];
  settled: number;
}

/** `bytes` is the length of an address: 6 for DL/T 645, 7 for CJ/T 188. */
export function createMeterSearch(bytes: number): MeterSearch {
  const notes: Notes = { found: new Set(), unresolved: [], settled: 0 };
  const walk = branch(notes, "", bytes, 1);
  let step = walk.next();
  return {
    get pattern() {
      return step.done ? undefined : step.value;
    },
    heard(echo) {
      if (!step.done) step = walk.next(echo);
    },
    get found() {
      return [...notes.found];
    },
    unresolved: notes.unresolved,
    get share() {
      return step.done ? 1 : Math.min(1, notes.settled);
    },
  };
}

/** Asks for all addresses that end in `low`. Returns whether anything answered there. */
function* branch(notes: Notes, low: string, bytes: number, weight: number): Generator<string, boolean, SearchEcho> {
  const pattern = "AA".repeat(bytes - low.length / 2) + low;
  const isWhole = low.length === 2 * bytes;
  let echo: SearchEcho = { addresses: [], damaged: false };
  for (let tries = 0; tries < TRIES; tries++) {
    echo = yield pattern;
    const settled = isWhole ? !echo.damaged : low !== "" || echo.damaged;
    if (settled || echo.addresses.length > 0) break;
  }
  for (const address of echo.addresses) notes.found.add(address);
  const collided = echo.damaged || echo.addresses.length > 1;
  if (!collided || isWhole) {
    notes.settled += weight;
    if (collided && echo.addresses.length === 0) notes.unresolved.push(pattern);
    return collided || echo.addresses.length > 0;
  }
  let answered = false;
  for (let pair = 0; pair < 100; pair++) {
    const narrower = String(pair).padStart(2, "0") + low;
    answered = (yield* branch(notes, narrower, bytes, weight / 100)) || answered;
  }
  if (!answered && echo.addresses.length === 0) notes.unresolved.push(pattern);
  return true;
}
