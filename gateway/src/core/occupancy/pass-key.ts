/** Keys that open many dwellings: a landlord's, a cleaner's, or one code for everybody. They say nothing of who lives behind any of the doors. */
import type { Belief } from "./belief.ts";

/** Somebody may have the key of a friend's flat; nobody lives in three. */
const DWELLINGS = 3;
/** Keys that rosters have forgotten are dropped when there are twice as many as there were, and so many more. */
const SPARE = 1_000;

/**
 * Which dwellings each key opened, so that not every roster of the site is looked at whenever a key is used. Never less than the rosters say, and
 * perhaps what they have forgotten since. Not kept: it is found anew from the rosters.
 */
export class PassKeys {
  readonly #beliefs: ReadonlyMap<string, Belief>;
  /** At most DWELLINGS spaces by credential. */
  #opened: Map<string, string[]> | undefined;
  #enough = 0;

  constructor(beliefs: ReadonlyMap<string, Belief>) {
    this.#beliefs = beliefs;
  }

  /** A credential stands in the roster of the space. */
  used(credential: string, space: string): void {
    if (this.#opened === undefined) return;
    if (this.#opened.size > this.#enough) this.#opened = undefined;
    else add(this.#opened, credential, space);
  }

  /**
   * An unlisted credential was just used. Once it opened many dwellings within the weeks that are remembered, it is a resident's in none of them.
   * Returns the spaces it was taken for a resident's in until now.
   */
  found(credential: string): string[] {
    this.#opened ??= this.#read();
    if ((this.#opened.get(credential)?.length ?? 0) < DWELLINGS) return [];
    const members = [...this.#beliefs].flatMap(([space, { roster }]) => {
      const member = roster.get(credential);
      return member === undefined ? [] : [{ space, member }];
    });
    if (members.length < DWELLINGS) {
      this.#opened.set(
        credential,
        members.map(({ space }) => space),
      );
      return [];
    }
    return members.flatMap(({ space, member }) => {
      if (member.role === "pass-key") return [];
      member.role = "pass-key";
      return [space];
    });
  }

  #read(): Map<string, string[]> {
    const opened = new Map<string, string[]>();
    for (const [space, { roster }] of this.#beliefs)
      for (const credential of roster.keys()) add(opened, credential, space);
    this.#enough = 2 * opened.size + SPARE;
    return opened;
  }
}

function add(opened: Map<string, string[]>, credential: string, space: string): void {
  const spaces = opened.get(credential);
  if (spaces === undefined) opened.set(credential, [space]);
  else if (spaces.length < DWELLINGS && !spaces.includes(space)) spaces.push(space);
}
