/** A device's journal on disk: a line for each reading, for each acknowledgement, for each new epoch. */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import type { JournalEntry, ReadingNumber } from "./journal.ts";

interface Recovered {
  readonly lastEpoch: number | undefined;
  /** Readings without an acknowledgement, oldest first. */
  readonly entries: readonly JournalEntry[];
}

/** Lines written since the last rewrite that make another one worth while. */
const COMPACT_LINES = 20_000;

const keyOf = ({ epoch, seq }: ReadingNumber): string => `${epoch}:${seq}`;

export class JournalFile {
  readonly recovered: Recovered;
  readonly #path: string;
  #fd: number | undefined;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
    this.recovered = recover(path);
  }

  /** Rewrites the file with what still counts, in one step, and opens it. Call once before anything else. */
  begin(epoch: number, entries: readonly JournalEntry[]): void {
    this.close();
    const lines = [{ epoch }, ...entries.map(lineOf)].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(`${this.#path}.tmp`, lines.join(""));
    renameSync(`${this.#path}.tmp`, this.#path);
    this.#fd = openSync(this.#path, "a");
    this.#lines = 0;
  }

  append(entry: JournalEntry): void {
    this.#write(`${JSON.stringify(lineOf(entry))}\n`);
  }

  settle(entries: readonly ReadingNumber[]): void {
    this.#write(`${JSON.stringify({ acknowledged: entries.map(keyOf) })}\n`);
  }

  epoch(epoch: number): void {
    this.#write(`${JSON.stringify({ epoch })}\n`);
  }

  /** Drops acknowledged lines once there are enough of them. */
  compact(epoch: number, entries: readonly JournalEntry[]): void {
    if (this.#lines >= COMPACT_LINES) this.begin(epoch, entries);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #write(line: string): void {
    if (this.#fd === undefined) return;
    writeSync(this.#fd, line);
    this.#lines += 1;
  }
}

const lineOf = ({ epoch, seq, reading }: JournalEntry): JournalEntry => ({ epoch, seq, reading });

function recover(path: string): Recovered {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { lastEpoch: undefined, entries: [] };
    throw error;
  }
  const entries = new Map<string, JournalEntry>();
  let lastEpoch: number | undefined;
  // What stands behind the last line end was torn by the end of the process: it was never sent.
  for (const line of text.split("\n").slice(0, -1)) {
    const item = JSON.parse(line) as Partial<JournalEntry> & { readonly acknowledged?: readonly string[] };
    if (item.epoch !== undefined) lastEpoch = Math.max(lastEpoch ?? 0, item.epoch);
    if (item.reading !== undefined) entries.set(keyOf(item as JournalEntry), item as JournalEntry);
    for (const key of item.acknowledged ?? []) entries.delete(key);
  }
  return { lastEpoch, entries: [...entries.values()] };
}
