/** A fresh database out of the rows of a backup, as an installation of its own: no number and no id is ever given twice. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { InvariantError } from "@gatehouse/protocol";
import { type Connection, connect, row, sumOf } from "../store/connection.ts";
import { keyLane, keySeq, laneId, uplinkIndex } from "../store/lanes.ts";
import { Numbers } from "../store/numbers.ts";
import { addUplink, parseState, type StoreState } from "../store/state.ts";
import { type Cells, insertInto, rowProblem, TABLES, type Table } from "./tables.ts";

/**
 * Numbers skipped by a restore: more than a box gives out in a year between the backup and its end. The platform knows those of the time
 * between as something else.
 */
const SKIPPED = 10_000_000_000;
const ROWS_A_COMMIT = 20_000;
const LOST = "its reading is not in the backup";

export class Rebuild implements Disposable {
  readonly #dir: string;
  readonly #connection: Connection;
  readonly #known: StoreState;
  readonly #lost = new Map<number, number>();
  readonly #counts = new Map<string, number>();
  #rows = 0;

  /** In the empty folder `dir`. Undefined where the counters of the backup cannot be read. */
  static create(dir: string, state: string): Rebuild | undefined {
    const known = parseState(JSON.parse(state) === null ? undefined : state);
    if (known === undefined) return undefined;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const connection = connect(join(dir, "gatehouse.db"), { synchronous: "FULL", walPages: 2_000, cacheKiB: 8_192 });
    if ("refused" in connection) throw new InvariantError(connection.refused.reason);
    return new Rebuild(dir, connection, known);
  }

  /** Use {@link Rebuild.create}. */
  constructor(dir: string, connection: Connection, known: StoreState) {
    this.#dir = dir;
    this.#connection = connection;
    this.#known = known;
    const { batch, uptimeMs, lastSeq, lastNowMs, snapshotSeq, lastRejection, thinnedSeq } = known;
    Object.assign(connection.state, { batch, uptimeMs, lastSeq, lastNowMs, lastRejection, thinnedSeq });
    if (snapshotSeq !== undefined) connection.state.snapshotSeq = snapshotSeq;
    connection.begin();
  }

  /** Says what is wrong with a row; undefined when it is taken. Rows come table by table, in the order of {@link TABLES}. */
  take(name: unknown, cells: Cells): string | undefined {
    const table = TABLES.find((each) => each.name === name);
    if (table === undefined) return `there is no table "${String(name).slice(0, 50)}"`;
    const problem = rowProblem(table, cells) ?? this.#place(table, cells);
    if (problem !== undefined) return `a row of ${table.name} ${problem}`;
    this.#counts.set(table.name, (this.#counts.get(table.name) ?? 0) + 1);
    this.#rows += 1;
    if (this.#rows % ROWS_A_COMMIT === 0) {
      this.#connection.commit();
      this.#connection.begin();
    }
    return undefined;
  }

  get rows(): number {
    return this.#rows;
  }

  count(table: string): number {
    return this.#counts.get(table) ?? 0;
  }

  /** Numbers go on far behind those of the backup, and ids get the name of a new installation. On disk when it returns. */
  finish(madeAt: string, nowMs: number): void {
    const { state, uplinks } = this.#connection;
    const atMs = Math.max(nowMs, state.lastNowMs);
    for (const [index, first] of state.next.entries()) {
      state.next[index] = first + SKIPPED;
      const reason = `restored from a backup of ${madeAt}: numbers ${first} to ${first + SKIPPED - 1} stay as the gateway used them before, or unused`;
      this.#gap(laneId(index, "alert"), atMs, 0, reason);
    }
    for (const [lane, count] of this.#lost) this.#gap(lane, atMs, count, LOST);
    state.lastSeq += SKIPPED;
    this.#newInstallation(atMs);
    state.lastNowMs = atMs;
    new Numbers(this.#dir).reserve(state.lastSeq, uplinks, state.next);
    this.#connection.commit();
    this.#connection.checkpoint();
  }

  [Symbol.dispose](): void {
    this.#connection.db.close();
  }

  #place(table: Table, cells: Cells): string | undefined {
    const { state, uplinks } = this.#connection;
    if (table.name === "uplink") {
      if (cells[0] !== uplinks.length || uplinks.length >= this.#known.next.length) return "is out of order";
      uplinks.push(cells[1] as string);
      addUplink(state, this.#known.next[uplinks.length - 1]);
    }
    if (table.name === "outbox" || table.name === "kept") return this.#placeOwed(table, cells);
    const said = this.#insert(table, cells);
    if (said !== undefined) return said;
    if (table.name === "journal") {
      state.journalRows += 1;
      state.lastSeq = Math.max(state.lastSeq, cells[0] as number);
    }
    if (table.name === "snapshot") state.snapshotPieces += 1;
    if (table.name === "quarantine") state.quarantined += 1;
    return undefined;
  }

  #placeOwed(table: Table, cells: Cells): string | undefined {
    const { state, uplinks } = this.#connection;
    const [key, journalSeq, text] = cells as readonly [number, number | null, string | null];
    const lane = keyLane(key);
    const index = uplinkIndex(lane);
    if (key < 0 || index >= uplinks.length) return "belongs to no uplink";
    if ((journalSeq === null) === (text === null)) return "stands for nothing";
    state.next[index] = Math.max(state.next[index] ?? 1, keySeq(key) + 1);
    if (journalSeq !== null) {
      const entry = this.#connection.prepare("SELECT 1 FROM journal WHERE seq = ?").get(journalSeq);
      if (row(entry).length === 0) {
        this.#lost.set(lane, (this.#lost.get(lane) ?? 0) + 1);
        return undefined;
      }
      state.references[lane] = Math.max(state.references[lane] ?? 0, journalSeq);
    }
    const counter = table.name === "outbox" ? state.waiting : state.kept;
    counter[lane] = (counter[lane] ?? 0) + 1;
    return this.#insert(table, cells);
  }

  #insert(table: Table, cells: Cells): string | undefined {
    try {
      this.#connection.prepare(insertInto(table)).run(...cells);
      return undefined;
    } catch (error) {
      // CONSTRAINT: what the backup says, not what the disk does.
      if (error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 19) return "stands twice";
      throw error;
    }
  }

  /** As an entry of the journal, so that all ids before it stay what they were. */
  #newInstallation(nowMs: number): void {
    const { state } = this.#connection;
    const config = this.#config();
    if (config === undefined) return;
    const installation = randomBytes(4).readUInt32BE().toString(36);
    const body = `{"config":${config},"installation":"${installation}","restored":true}`;
    this.#connection
      .prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)")
      .run(state.lastSeq, nowMs, "config", null, body, sumOf(body));
    state.journalRows += 1;
  }

  #config(): string | undefined {
    const { state } = this.#connection;
    const later = "SELECT body FROM journal WHERE seq > ? AND type = 'config' ORDER BY seq DESC LIMIT 1";
    const [journaled] = row(this.#connection.prepare(later).get(state.snapshotSeq ?? 0));
    if (typeof journaled === "string") return JSON.stringify((JSON.parse(journaled) as { config: unknown }).config);
    const piece = "SELECT body FROM snapshot WHERE part = 'core' AND id = 'config'";
    const [body] = row(this.#connection.prepare(piece).get());
    return typeof body === "string" ? body : undefined;
  }

  #gap(lane: number, toMs: number, count: number, reason: string): void {
    const { lastNowMs } = this.#connection.state;
    this.#connection
      .prepare("INSERT INTO gap (lane, from_ms, to_ms, count, reason) VALUES (?, ?, ?, ?, ?)")
      .run(lane, Math.min(lastNowMs, toMs), toMs, count, reason);
  }
}
