/** Keeps the store within its byte budget by evicting a little at a time, in the order the product promises. */
import type { Connection } from "./connection.ts";
import { GapBook } from "./gap-book.ts";
import { thinHistory } from "./history.ts";
import { evictOwed } from "./owed.ts";
import type { GapRecord, Notice } from "./wire.ts";

/** An eviction goes on until so much of the limit is free again, so that it does not begin anew with every commit. */
const HEADROOM = 1 / 32;
/** A disk that has less room than it says lowers the limit by so much of what is used. */
const FULL_DISK_SHARE = 1 / 16;

export class Budget {
  readonly #budgetBytes: number;
  readonly #gaps: GapBook;
  /** How much the disk has room for. */
  #roomBytes = Number.POSITIVE_INFINITY;
  /** What it was told to make do with, where the disk has less room than it says. */
  #loweredBytes = Number.POSITIVE_INFINITY;
  /** What the eviction under way wants to come down to; undefined when none is. */
  #targetBytes: number | undefined;
  #overBytes = 0;

  /** `gaps` are those on disk, which were told. */
  constructor(budgetBytes: number, gaps: readonly GapRecord[]) {
    this.#budgetBytes = budgetBytes;
    this.#gaps = new GapBook(gaps.at(-1)?.n ?? 0);
  }

  /** The disk has room for so much, whatever the budget. */
  fitTo(roomBytes: number): void {
    this.#roomBytes = roomBytes;
  }

  /** There is no room where there should be some: make do with less than is used now. Not again before that is reached. */
  lower(usedBytes: number): void {
    if (usedBytes <= this.#limitBytes) this.#loweredBytes = Math.floor(usedBytes * (1 - FULL_DISK_SHARE));
  }

  /** There is room again. */
  unlower(): void {
    this.#loweredBytes = Number.POSITIVE_INFINITY;
  }

  get #limitBytes(): number {
    return Math.min(this.#budgetBytes, this.#roomBytes, this.#loweredBytes);
  }

  /** One short transaction, or nothing. `more` asks to be called again soon. Throws as a commit does. */
  step(connection: Connection): Notice & { readonly more: boolean } {
    let used = connection.usedBytes();
    if (this.#targetBytes === undefined) {
      if (used > this.#limitBytes && connection.walBytes() > 0) {
        // A log swollen by one big transaction is no reason to evict anything.
        connection.checkpoint();
        used = connection.usedBytes();
      }
      if (used <= this.#limitBytes) return { more: false, ...this.#over(0), ...this.#tell(connection) };
      this.#targetBytes = Math.floor(this.#limitBytes * (1 - HEADROOM));
      // What was settled since the last pass may be thinned now.
      connection.state.thinnedSeq = 0;
    }
    if (used <= this.#targetBytes) return { more: false, ...this.#over(0), ...this.#end(connection) };
    const owed = this.#evict(connection);
    if (owed !== undefined) return { more: true, ...(owed > 0 ? { evicted: owed } : {}) };
    // A disk smaller than the budget is told of by the requests that find no room.
    return { more: false, ...this.#over(Math.max(0, used - this.#budgetBytes)), ...this.#end(connection) };
  }

  /** How many owed items went; undefined when nothing may be evicted. */
  #evict(connection: Connection): number | undefined {
    connection.begin();
    try {
      const thinned = thinHistory(connection);
      const owed = thinned === undefined ? evictOwed(connection, this.#gaps) : undefined;
      if (thinned !== undefined && thinned.count > 0) this.#gaps.addHistory(connection, thinned);
      connection.commit();
      return thinned === undefined ? owed?.owed : 0;
    } catch (error) {
      this.#gaps.rolledBack();
      throw error;
    }
  }

  #end(connection: Connection): Notice {
    this.#targetBytes = undefined;
    return this.#tell(connection);
  }

  #tell(connection: Connection): Notice {
    const gaps = this.#gaps.tell(connection);
    return gaps.length > 0 ? { gaps } : {};
  }

  #over(bytes: number): Notice {
    const was = this.#overBytes;
    this.#overBytes = bytes;
    return was > 0 === bytes > 0 ? {} : { overBytes: bytes };
  }
}
