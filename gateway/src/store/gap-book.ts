/** Gap records: neighbours are merged into one row, which is told when an eviction has ended, a minute after the last at the earliest. */
import { type Connection, row } from "./connection.ts";
import { readGaps } from "./reads.ts";
import type { GapRecord } from "./wire.ts";

export interface Evicted {
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const THINNED = "local history made room";
/** A store at its limit evicts a little all the time; the records themselves, which are never evicted, must not fill it. */
const TELL_EVERY_MS = 60_000;

export class GapBook {
  /** Highest record that was told; those behind it may still grow. */
  #told: number;
  readonly #open = new Map<number, number>();
  #untold = false;
  /** Store time. */
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(told: number) {
    this.#told = told;
  }

  /** Within the transaction that deletes the rows. */
  addOwed(connection: Connection, lane: number, evicted: Evicted, reason: string): void {
    const n = this.#open.get(lane);
    this.#untold = true;
    if (n !== undefined && grow(connection, n, evicted)) return;
    const insert = connection.prepare("INSERT INTO gap (lane, from_ms, to_ms, count, reason) VALUES (?, ?, ?, ?, ?)");
    const made = insert.run(lane, evicted.fromMs, evicted.toMs, evicted.count, reason);
    this.#open.set(lane, Number(made.lastInsertRowid));
  }

  /** One record for ever, however often history is thinned. */
  addHistory(connection: Connection, evicted: Evicted): void {
    const [n] = row(connection.prepare("SELECT n FROM gap WHERE lane IS NULL LIMIT 1").get()) as readonly [number?];
    if (n !== undefined && grow(connection, n, evicted)) return;
    const insert = connection.prepare(
      "INSERT INTO gap (lane, from_ms, to_ms, count, reason) VALUES (NULL, ?, ?, ?, ?)",
    );
    insert.run(evicted.fromMs, evicted.toMs, evicted.count, THINNED);
  }

  /** The transaction was lost: what it had opened must not be grown. */
  rolledBack(): void {
    this.#open.clear();
  }

  /** No eviction is under way: records of owed items that are due. They do not grow any more. */
  tell(connection: Connection): GapRecord[] {
    const { uptimeMs } = connection.state;
    if (!this.#untold || uptimeMs - this.#toldMs < TELL_EVERY_MS) return [];
    this.#untold = false;
    this.#toldMs = uptimeMs;
    this.#open.clear();
    const gaps = readGaps(connection, this.#told);
    this.#told = gaps.at(-1)?.n ?? this.#told;
    return gaps.filter((gap) => gap.lane !== null);
  }
}

/** False when the record is no longer there. */
function grow(connection: Connection, n: number, { count, fromMs, toMs }: Evicted): boolean {
  const update = connection.prepare(
    "UPDATE gap SET count = count + ?, from_ms = min(from_ms, ?), to_ms = max(to_ms, ?) WHERE n = ?",
  );
  return update.run(count, fromMs, toMs, n).changes === 1;
}
