/** Photos of visits: one folder an alert, cleaned of everything but the picture, bounded, for this box's eyes alone, deleted when their time is over. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, RejectedError } from "@gatehouse/protocol";
import type { Logger } from "../../core/ports.ts";
import type { FileContent } from "../table/index.ts";
import { cleanPicture } from "./clean-picture.ts";

export interface Photo {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly bytes: number;
}

export interface PhotosOptions {
  /** Their folder, made with the first photo. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Days photos of an alert are kept, by the risk of its space; undefined for one that is not remembered any more. */
  keptDays(alert: string): number | undefined;
}

const OF_ONE_ALERT = 20;
const ALL_BYTES = 500_000_000;
const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const ALERT = /^alr_[0-9a-z]{1,40}$/;
/** Where an alert is forgotten and its photo does not say. */
const DEFAULT_DAYS = 365;
/** When it was taken, a chance number, who, for how many days: all of it stands in the name, so that there is no second file to lose. */
const NAME = /^(\d{13})-([0-9a-f-]{36})-([A-Za-z0-9_-]{1,180})(?:\.(\d{1,5})d)?\.(jpg|png)$/;

interface Stored extends Photo {
  readonly file: string;
  readonly atMs: number;
  readonly days: number;
  readonly type: string;
}

export class Photos {
  readonly #options: PhotosOptions;
  /** Bytes of all of them, once they were counted. */
  #allBytes: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PhotosOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  async of(alert: string): Promise<readonly Photo[]> {
    return (await this.#stored(alert)).map(({ id, at, by, bytes }) => ({ id, at, by, bytes }));
  }

  /** Throws ConfigError for what is no picture, RejectedError where there is no room. One after the other. */
  add(alert: string, bytes: Buffer, by: string): Promise<Photo> {
    const added = this.#last.then(() => this.#add(alert, bytes, by));
    this.#last = added.catch(() => {});
    return added;
  }

  async read(alert: string, id: string): Promise<FileContent | undefined> {
    const found = (await this.#stored(alert)).find((photo) => photo.id === id);
    return found === undefined ? undefined : { type: found.type, body: await readFile(found.file) };
  }

  /** Deletes what is older than its alert's days. Resolves with how many. */
  async sweep(nowMs: number): Promise<number> {
    let removed = 0;
    for (const alert of await names(this.#options.dir)) {
      if (!ALERT.test(alert)) continue;
      const stored = await this.#stored(alert);
      const now = this.#options.keptDays(alert);
      const old = stored.filter(({ atMs, days }) => atMs < nowMs - (now ?? days) * DAY_MS);
      for (const { file } of old) await rm(file, { force: true });
      if (old.length === stored.length) await rm(join(this.#options.dir, alert), { recursive: true, force: true });
      removed += old.length;
    }
    if (removed > 0) this.#allBytes = undefined;
    return removed;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await clock.sleep(EVERY_MS, signal);
        const removed = await this.sweep(clock.nowMs());
        if (removed > 0) log.info({ removed }, "photos of visits were deleted, their time is over");
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, "old photos could not be deleted, it is tried again");
      }
    }
  }

  async #add(alert: string, given: Buffer, by: string): Promise<Photo> {
    const { type, bytes } = cleanPicture(given);
    const known = await this.#stored(alert);
    if (known.length >= OF_ONE_ALERT) throw new RejectedError(`${alert} has ${known.length} photos, as many as may be`);
    this.#allBytes ??= await this.#count();
    if (this.#allBytes + bytes.length > ALL_BYTES)
      throw new RejectedError("the photos of all alerts take as much room as they may");
    const atMs = this.#options.clock.nowMs();
    const id = randomUUID();
    const who = Buffer.from(by).toString("base64url") || "_";
    const days = this.#options.keptDays(alert) ?? DEFAULT_DAYS;
    const name = `${atMs}-${id}-${who}.${days}d.${type === "image/png" ? "png" : "jpg"}`;
    const folder = join(this.#options.dir, alert);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(folder, name, bytes);
    this.#allBytes += bytes.length;
    return { id, at: new Date(atMs).toISOString(), by, bytes: bytes.length };
  }

  async #stored(alert: string): Promise<Stored[]> {
    if (!ALERT.test(alert)) return [];
    const folder = join(this.#options.dir, alert);
    const found: Stored[] = [];
    for (const name of (await names(folder)).sort()) {
      const [, ms, id, who, kept, ending] = NAME.exec(name) ?? [];
      if (ms === undefined || id === undefined || who === undefined) continue;
      const file = join(folder, name);
      const bytes = (await stat(file).catch(() => undefined))?.size;
      if (bytes === undefined) continue;
      const [atMs, by] = [Number(ms), Buffer.from(who, "base64url").toString()];
      const days = kept === undefined ? DEFAULT_DAYS : Number(kept);
      const type = ending === "png" ? "image/png" : "image/jpeg";
      found.push({ id, at: new Date(atMs).toISOString(), by, bytes, file, atMs, days, type });
    }
    return found;
  }

  async #count(): Promise<number> {
    let bytes = 0;
    for (const alert of await names(this.#options.dir))
      for (const photo of await this.#stored(alert)) bytes += photo.bytes;
    return bytes;
  }
}

async function names(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}

/** There whole or not at all, readable by its owner alone. */
async function writeWhole(folder: string, name: string, bytes: Buffer): Promise<void> {
  const draft = join(folder, `.${name}.draft`);
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, name));
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
