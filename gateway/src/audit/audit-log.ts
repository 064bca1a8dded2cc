/** The audit log: what people and platforms did, appended, chained, signed, never evicted. */
import { mkdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@gatehouse/protocol";
import type { Health, Logger } from "../core/ports.ts";
import { fsyncDir, writeFileDurably } from "../store/durable-file.ts";
import { loadKey } from "../store/key-file.ts";
import { type Done, FIRST, hashOfLine, lineOf, parseLine, type Signer, signerOf } from "./entry.ts";
import { AUDIT_FOLDER, HEAD_FILE, headText, KEYS_FILE, readHead, readKeys, segmentName, segments } from "./files.ts";

export interface AuditOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
}

export const AUDIT_KEY = "audit.key";

/** A segment that is so large is not continued. */
const SEGMENT_BYTES = 1_000_000;
/** Entries that wait for a disk that takes none. Beyond them only their count is kept. */
const MAX_WAITING = 20_000;
const AGAIN_MS = 1_000;
/** A gateway that stops does not wait longer for a disk that takes nothing. */
const CLOSE_MS = 2_000;

export class AuditLog {
  readonly #options: AuditOptions;
  readonly #dir: string;
  readonly #signer: Signer;
  #n: number;
  #prev: string;
  #segment: { readonly path: string; bytes: number };
  #waiting: { readonly n: number; readonly line: string; readonly hash: string }[] = [];
  #lost = 0;
  #pump: Promise<void> | undefined;
  readonly #closing = new AbortController();
  #durable: { readonly n: number; readonly hash: string };

  /** Reads where the log stood. Throws ConfigError where its key may not be read, and what the disk throws. */
  constructor(options: AuditOptions) {
    this.#options = options;
    const { stateDir, log, health } = options;
    this.#dir = join(stateDir, AUDIT_FOLDER);
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    this.#signer = signerOf(loadKey(stateDir, AUDIT_KEY, { log, health }));
    const earlierKeys = readKeys(this.#dir);
    if (!earlierKeys.has(this.#signer.id)) this.#keepPublicKey();
    const head = readHead(this.#dir, readKeys(this.#dir));
    const last = lastOf(this.#dir);
    // What was cut off stays missing: new entries never take the place of old ones.
    const past = head !== false && head !== undefined && head.n > last.n ? head : last;
    this.#n = past.n;
    this.#prev = past.hash;
    this.#durable = { n: past.n, hash: past.hash };
    this.#segment = this.#openSegment(last);
    const said = startSaid(last, head, earlierKeys.size > 0 && !earlierKeys.has(this.#signer.id));
    if (head === undefined && last.n === 0) this.#writeHeadNow();
    for (const detail of said) {
      health.raise("audit-broken", this.#dir, detail);
      this.record({ by: "gateway", what: "audit-broken", subject: "audit", detail });
    }
  }

  /** Number and hash of the newest entry on disk, as the platform is told it. */
  get head(): string {
    return `${this.#durable.n}:${this.#durable.hash}`;
  }

  /** Does not wait for the disk and never throws; what cannot be written waits, and a health code says so. */
  record(done: Done): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0 && this.#waiting.length < MAX_WAITING / 2) {
      const detail = `${this.#lost} entries are missing here: the disk took nothing for too long`;
      this.#lost = 0;
      this.#add({ by: "gateway", what: "audit-lost", subject: "audit", detail });
    }
    this.#add(done);
  }

  /** Resolves when everything recorded so far is on disk. */
  async settled(): Promise<void> {
    await this.#pump;
  }

  async close(): Promise<void> {
    const cancel = this.#options.clock.after(CLOSE_MS, () => this.#closing.abort());
    await this.#pump;
    cancel();
  }

  #add(done: Done): void {
    const at = new Date(this.#options.clock.nowMs()).toISOString();
    const line = lineOf(done, { n: this.#n + 1, at, prev: this.#prev }, this.#signer);
    this.#n += 1;
    this.#prev = hashOfLine(line);
    this.#waiting.push({ n: this.#n, line, hash: this.#prev });
    this.#pump ??= this.#writeAll().finally(() => {
      this.#pump = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    const { clock, health } = this.#options;
    // What is recorded in one turn of the event loop goes with one flush.
    await undefined;
    while (this.#waiting.length > 0) {
      try {
        await this.#writeSome();
        health.clear("audit-failing", this.#dir);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        const said = error instanceof Error ? error.message : String(error);
        health.raise("audit-failing", this.#dir, `${this.#waiting.length} entries wait: ${said}`);
        await clock.sleep(AGAIN_MS, this.#closing.signal).catch(() => {});
      }
    }
  }

  async #writeSome(): Promise<void> {
    const batch = this.#waiting.slice(0, 500);
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    if (this.#segment.bytes >= SEGMENT_BYTES) this.#segment = { path: this.#pathOf(first.n), bytes: 0 };
    const bytes = Buffer.from(batch.map(({ line }) => `${line}\n`).join(""));
    const { path } = this.#segment;
    const isNew = this.#segment.bytes === 0;
    const file = await open(path, isNew ? "w" : "r+", 0o600);
    try {
      // At its place: a second attempt writes over what the first one left.
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, this.#segment.bytes + done);
        done += bytesWritten;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(this.#dir);
    this.#segment.bytes += bytes.length;
    this.#waiting = this.#waiting.slice(batch.length);
    this.#durable = { n: last.n, hash: last.hash };
    await this.#writeHead(last.n, last.hash);
  }

  async #writeHead(n: number, hash: string): Promise<void> {
    const draft = join(this.#dir, `.${HEAD_FILE}.draft`);
    await writeFile(draft, headText(n, hash, this.#signer), { mode: 0o600, flush: true });
    await rename(draft, join(this.#dir, HEAD_FILE));
    await syncFolder(this.#dir);
  }

  #writeHeadNow(): void {
    writeFileDurably(join(this.#dir, HEAD_FILE), headText(0, FIRST, this.#signer));
  }

  #keepPublicKey(): void {
    const path = join(this.#dir, KEYS_FILE);
    const { id, publicKey } = this.#signer;
    let known = "";
    try {
      known = readFileSync(path, "utf8");
    } catch {
      // The first one.
    }
    writeFileDurably(path, `${known}${JSON.stringify({ key: id, publicKey })}\n`);
  }

  /** The segment new lines go to. A line a power cut left half written is taken away: it was never said to be kept. */
  #openSegment(last: Last): { readonly path: string; bytes: number } {
    if (last.segment === undefined || last.n < this.#n) return { path: this.#pathOf(this.#n + 1), bytes: 0 };
    const path = join(this.#dir, last.segment);
    if (statSync(path).size > last.bytes) truncateSync(path, last.bytes);
    fsyncDir(this.#dir);
    return { path, bytes: last.bytes };
  }

  #pathOf(first: number): string {
    return join(this.#dir, segmentName(first));
  }
}

/** Where the lines on disk end. */
interface Last {
  readonly n: number;
  readonly hash: string;
  readonly segment: string | undefined;
  /** Of whole lines. */
  readonly bytes: number;
  readonly isSound: boolean;
}

function lastOf(dir: string): Last {
  const all = segments(dir);
  const segment = all.at(-1);
  if (segment === undefined) return { n: 0, hash: FIRST, segment, bytes: 0, isSound: true };
  const content = readFileSync(join(dir, segment));
  const bytes = content.lastIndexOf(0x0a) + 1;
  const lines = content.subarray(0, bytes).toString("utf8").split("\n").slice(0, -1);
  const line = lines.at(-1);
  if (line === undefined)
    return { n: Number(segment.slice(0, 9)) - 1, hash: FIRST, segment, bytes, isSound: all.length === 1 };
  const parsed = parseLine(line);
  const n = parsed?.n ?? Number(segment.slice(0, 9)) + lines.length - 1;
  return { n, hash: hashOfLine(line), segment, bytes, isSound: parsed !== undefined };
}

/** What the start has to complain of, in sentences. */
function startSaid(last: Last, head: ReturnType<typeof readHead>, isOtherKey: boolean): readonly string[] {
  const said: string[] = [];
  if (isOtherKey) said.push("the key that signs is another one than before: it was lost, or left out of a backup");
  if (!last.isSound) said.push(`entry ${last.n} cannot be read`);
  if (head === false) said.push("head.json is not what was signed");
  if (head === undefined && last.n > 0) said.push("head.json is missing: whether entries were cut off cannot be told");
  if (head && head.n > last.n) said.push(`entries ${last.n + 1} to ${head.n} are missing`);
  return said;
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
