/** The synchronous store on one SQLite connection: opens, commits, reads, recovers from failures. Runs in the storage thread. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "@gatehouse/protocol";
import type { AlertPage, AlertsWanted } from "../core/alert-page.ts";
import type { AlertRow, Forgetting, Forgotten } from "../core/ports.ts";
import { Ballast } from "./ballast.ts";
import { Budget } from "./budget.ts";
import { commitBatch } from "./commit.ts";
import { type Connection, connect, type Pragmas, settleWal } from "./connection.ts";
import { capacityBytes, dataBytes, diskIsFull } from "./disk-room.ts";
import { type Failure, failureOf } from "./failure.ts";
import { forgetReadings } from "./forget.ts";
import { PAGE_BYTES } from "./header.ts";
import { Numbers } from "./numbers.ts";
import { DATABASE, markDamaged, openOrSalvage, twice } from "./quarantine.ts";
import { readAlertPage, readAlerts, readJournal, readSetAside, readStats, readWaiting } from "./reads.ts";
import type { Batch, Cell, CommitAnswer, EngineRecovered, EngineStats, Notice } from "./wire.ts";

export interface EngineOptions {
  /** The state folder. */
  readonly dir: string;
  readonly budgetBytes: number;
  /** Room kept in reserve for the day the disk is full; 0 for none. */
  readonly ballastBytes: number;
  /** For the proofs, which weaken them. */
  readonly pragmas?: Partial<Pragmas> | undefined;
}

/** The log may take so much of the budget, within limits that keep commits and starts short. */
const WAL_SHARE = 1 / 32;
const MIN_WAL_PAGES = 64;
const MAX_WAL_PAGES = 2_000;
/** A log so many times its size means that it cannot be copied into the database. */
const STUCK_WAL = 4;

function pragmasFor({ dir, budgetBytes, pragmas }: EngineOptions): Pragmas {
  const pages = Math.floor((Math.min(budgetBytes, capacityBytes(join(dir, DATABASE))) * WAL_SHARE) / PAGE_BYTES);
  const walPages = Math.min(MAX_WAL_PAGES, Math.max(MIN_WAL_PAGES, pages));
  return { synchronous: "FULL", walPages, cacheKiB: 8_192, ...pragmas };
}

/** Suspect: something failed, and what of it is on disk nobody knows. */
type Link =
  | { readonly kind: "open"; readonly connection: Connection }
  | { readonly kind: "suspect"; readonly connection: Connection }
  | { readonly kind: "closed" };

export class Engine {
  readonly recovered: EngineRecovered;
  readonly #dir: string;
  readonly #path: string;
  readonly #pragmas: Pragmas;
  readonly #numbers: Numbers;
  readonly #budget: Budget;
  readonly #ballast: Ballast;
  #link: Link;
  /** No commit has found room since the disk was full. */
  #wasFull = false;

  /** Use {@link Engine.open}. */
  constructor(
    options: EngineOptions,
    pragmas: Pragmas,
    numbers: Numbers,
    connection: Connection,
    recovered: EngineRecovered,
  ) {
    this.recovered = recovered;
    this.#dir = options.dir;
    this.#path = join(options.dir, DATABASE);
    this.#pragmas = pragmas;
    this.#numbers = numbers;
    this.#budget = new Budget(options.budgetBytes, recovered.gaps);
    this.#ballast = new Ballast(options.dir, options.ballastBytes);
    this.#link = { kind: "open", connection };
  }

  /** A damaged database is put aside and what is readable carried over. Throws where the disk does: call again. */
  static open(options: EngineOptions): Engine | { readonly refused: Problem } {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    const numbers = new Numbers(options.dir);
    const pragmas = pragmasFor(options);
    const opened = openOrSalvage(options.dir, pragmas, numbers);
    if ("refused" in opened) return opened;
    const { connection, snapshot, gaps, quarantine } = opened;
    const { state, uplinks } = connection;
    const { batch, uptimeMs, lastSeq, lastNowMs, next } = state;
    const recovered = {
      batch,
      uptimeMs,
      lastSeq,
      lastNowMs,
      uplinks: [...uplinks],
      next: [...next],
      snapshot,
      gaps,
      quarantine,
    };
    return new Engine(options, pragmas, numbers, connection, recovered);
  }

  /** Durable when it returns. A batch already on disk is skipped. Throws where the disk does: call again with the same batch. */
  commit(batch: Batch): CommitAnswer {
    const answer = this.#with((connection) => commitBatch(connection, batch, this.#numbers));
    this.#wasFull = false;
    return answer;
  }

  waiting(lane: number, after: number, limit: number, maxBytes: number): Cell[] {
    return this.#with((connection) => readWaiting(connection, lane, after, limit, maxBytes));
  }

  journal(after: number, limit: number): Cell[] {
    return this.#with((connection) => readJournal(connection, after, limit));
  }

  setAside(from: number, to: number): ReturnType<typeof readSetAside> {
    return this.#with((connection) => readSetAside(connection, from, to));
  }

  alertPage(wanted: AlertsWanted): AlertPage {
    return this.#with((connection) => readAlertPage(connection, wanted));
  }

  alerts(): AlertRow[] {
    return this.#with(readAlerts);
  }

  forget(due: Forgetting): Forgotten {
    return this.#with((connection) => forgetReadings(connection, due));
  }

  stats(): EngineStats {
    return this.#with(readStats);
  }

  /** A little housekeeping between requests; `more` asks to be called again soon. Throws where the disk does. */
  idleStep(): Notice & { readonly more: boolean } {
    return this.#with((connection) => {
      // SQLite keeps a failing copy of the log to itself; here it comes out.
      if (connection.walBytes() > STUCK_WAL * this.#pragmas.walPages * PAGE_BYTES) connection.checkpoint();
      this.#budget.fitTo(dataBytes(capacityBytes(this.#path), this.#pragmas.walPages * PAGE_BYTES));
      const step = this.#budget.step(connection);
      if (step.more || !this.#ballast.hasRoom) return step;
      if (!this.#ballast.whole) return { ...step, more: this.#ballast.grow() };
      this.#budget.unlower();
      return step;
    });
  }

  /** What failed, with a look at the disk: SQLite calls many a full disk an I/O error. */
  static failureOf(error: unknown, { dir }: EngineOptions): Failure {
    const failure = failureOf(error);
    return failure.kind === "failing" && diskIsFull(dir) ? { ...failure, kind: "full" } : failure;
  }

  /** For a start that finds the disk full. */
  static dropBallast({ dir, ballastBytes }: EngineOptions): void {
    new Ballast(dir, ballastBytes).drop();
  }

  /**
   * After a request that found the disk full: lets go of the ballast and, where that does not mend it, lowers what may be used. Throws where
   * the disk does.
   */
  makeRoom(): void {
    this.#ballast.drop();
    const again = this.#wasFull;
    this.#wasFull = true;
    if (again) this.#with((connection) => this.#budget.lower(connection.usedBytes()));
  }

  /** So that the next start puts the database aside; nothing is done to it now. */
  markDamaged(reason: string): void {
    markDamaged(this.#dir, reason);
  }

  /** Copies the log into the database and lets go of the files. Throws when the copying failed; what was committed is in the log then. */
  close(): void {
    const connection = this.#connected();
    try {
      connection.checkpoint();
    } finally {
      connection.db.close();
      this.#link = { kind: "closed" };
    }
  }

  #with<T>(work: (connection: Connection) => T): T {
    return twice(this.#dir, () => {
      const connection = this.#connected();
      try {
        return work(connection);
      } catch (error) {
        this.#link = { kind: "suspect", connection };
        throw error;
      }
    });
  }

  /** What failed is written anew from what the log holds, so that what is read from here on is what is on disk. */
  #connected(): Connection {
    if (this.#link.kind === "open") return this.#link.connection;
    const path = this.#path;
    if (this.#link.kind === "suspect") {
      const { db } = this.#link.connection;
      rollBack(this.#link.connection);
      // Before closing, which copies the log into the database and deletes it.
      settleWal(path);
      db.close();
      this.#link = { kind: "closed" };
    }
    const opened = connect(path, this.#pragmas);
    // The file was ours a moment ago; a refusal here means it was exchanged under us.
    if ("refused" in opened) throw new TypeError(opened.refused.reason);
    this.#link = { kind: "open", connection: opened };
    opened.checkpoint();
    return opened;
  }
}

/** One that fails leaves it to closing the connection. */
function rollBack({ db }: Connection): void {
  try {
    if (db.isTransaction) db.exec("ROLLBACK");
  } catch {
    // The error that led here is the one to tell.
  }
}
