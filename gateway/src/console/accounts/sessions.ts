/** Who is signed in: sessions by their token, which is kept hashed. They outlive a restart of the gateway. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import { z } from "zod";
import type { Health, Logger, Vault } from "../../core/ports.ts";
import { Kept } from "./kept.ts";

const KeptSession = z.object({
  /** SHA-256 of the token. */
  hash: z.string(),
  id: z.string(),
  name: z.string(),
  since: z.string(),
  lastSeenAt: z.string(),
  address: z.string(),
  agent: z.string(),
  /** Left when it was written. */
  idleLeftMs: z.number(),
  leftMs: z.number(),
});
const Book = z.object({ v: z.literal(1), savedMs: z.number(), sessions: z.array(KeptSession) });
type Book = z.infer<typeof Book>;

const MAX_A_PERSON = 20;
const SAVE_EVERY_MS = 60_000;

/** One that counts. Times are by the monotonic clock, so that a step of the wall clock neither ends nor prolongs it. */
export interface LiveSession {
  readonly id: string;
  readonly name: string;
  readonly since: string;
  lastSeenAt: string;
  readonly address: string;
  readonly agent: string;
  readonly csrf: string;
  readonly endsMonoMs: number;
  idleEndsMonoMs: number;
}

export interface SessionsDeps {
  readonly vault: Vault;
  readonly health: Health;
  readonly clock: Clock;
  readonly log: Logger;
  readonly idleMs: number;
  readonly longestMs: number;
}

interface Entry extends LiveSession {
  readonly hash: string;
}

export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #kept: Kept<Book>;
  readonly #byHash = new Map<string, Entry>();
  readonly #ended = new Set<(id: string) => void>();
  #cancelSave: (() => void) | undefined;

  constructor(deps: SessionsDeps, kept: Kept<Book>) {
    this.#deps = deps;
    this.#kept = kept;
    const { clock } = deps;
    const awayMs = Math.max(0, clock.nowMs() - kept.value.savedMs);
    for (const { idleLeftMs, leftMs, ...session } of kept.value.sessions) {
      const idleEndsMonoMs = clock.monoMs() + Math.min(idleLeftMs, deps.idleMs) - awayMs;
      const endsMonoMs = clock.monoMs() + Math.min(leftMs, deps.longestMs) - awayMs;
      this.#byHash.set(session.hash, { ...session, csrf: "", idleEndsMonoMs, endsMonoMs });
    }
    this.sweep();
  }

  static async open(deps: SessionsDeps): Promise<Sessions> {
    const { vault, health } = deps;
    const empty: Book = { v: 1, savedMs: 0, sessions: [] };
    return new Sessions(deps, await Kept.open({ vault, name: "sessions.json", schema: Book, empty, health }));
  }

  /** Always a new token: one that somebody else put into the browser before is worth nothing. */
  start(name: string, address: string, agent: string): { readonly token: string; readonly session: LiveSession } {
    this.sweep();
    const { clock, idleMs, longestMs } = this.#deps;
    const own = this.of(name);
    for (const old of own.slice(0, Math.max(0, own.length - MAX_A_PERSON + 1))) this.end(old.id);
    const token = randomBytes(32).toString("base64url");
    const now = new Date(clock.nowMs()).toISOString();
    const entry: Entry = {
      hash: hashOf(token),
      id: randomBytes(9).toString("base64url"),
      name,
      since: now,
      lastSeenAt: now,
      address,
      agent: agent.slice(0, 200),
      csrf: csrfOf(token),
      endsMonoMs: clock.monoMs() + longestMs,
      idleEndsMonoMs: clock.monoMs() + idleMs,
    };
    this.#byHash.set(entry.hash, entry);
    this.#saveSoon(0);
    return { token, session: entry };
  }

  /** Undefined for a token that is unknown or timed out. Counts as a sign of life, unless nobody attends: a page asks by itself as long as it stands open. */
  use(token: string | undefined, unattended = false): LiveSession | undefined {
    if (token === undefined || token.length !== 43) return undefined;
    const entry = this.#byHash.get(hashOf(token));
    if (entry === undefined) return undefined;
    const { clock, idleMs } = this.#deps;
    if (this.#isOver(entry)) {
      this.#drop(entry);
      return undefined;
    }
    if (!unattended) {
      entry.idleEndsMonoMs = clock.monoMs() + idleMs;
      entry.lastSeenAt = new Date(clock.nowMs()).toISOString();
      this.#saveSoon(SAVE_EVERY_MS);
    }
    return { ...entry, csrf: csrfOf(token) };
  }

  /** Whether it still counts, without being a sign of life. */
  isLive(id: string): boolean {
    const entry = this.#find(id);
    return entry !== undefined && !this.#isOver(entry);
  }

  /** Oldest first. */
  get all(): readonly LiveSession[] {
    this.sweep();
    return [...this.#byHash.values()];
  }

  of(name: string): readonly LiveSession[] {
    return this.all.filter((session) => session.name === name);
  }

  /** False when there is none of that id. */
  end(id: string): boolean {
    const entry = this.#find(id);
    if (entry !== undefined) this.#drop(entry);
    return entry !== undefined;
  }

  endAllOf(name: string, exceptId?: string): void {
    for (const { id } of this.of(name)) if (id !== exceptId) this.end(id);
  }

  /** Called with the id of each session that ends, in whatever way. Returns the end of it. */
  onEnd(listener: (id: string) => void): () => void {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }

  /** Ends those whose time is over. */
  sweep(): void {
    for (const entry of this.#byHash.values()) if (this.#isOver(entry)) this.#drop(entry);
  }

  /** Writes what is not on disk yet. */
  async close(): Promise<void> {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    await this.#save();
  }

  #isOver({ endsMonoMs, idleEndsMonoMs }: Entry): boolean {
    const monoMs = this.#deps.clock.monoMs();
    return monoMs >= endsMonoMs || monoMs >= idleEndsMonoMs;
  }

  #find(id: string): Entry | undefined {
    return [...this.#byHash.values()].find((entry) => entry.id === id);
  }

  #drop(entry: Entry): void {
    this.#byHash.delete(entry.hash);
    for (const listener of this.#ended) listener(entry.id);
    this.#saveSoon(0);
  }

  #saveSoon(ms: number): void {
    if (this.#cancelSave !== undefined && ms > 0) return;
    this.#cancelSave?.();
    this.#cancelSave = this.#deps.clock.after(ms, () => {
      this.#cancelSave = undefined;
      void this.#save();
    });
  }

  /** A disk that refuses costs only that people sign in again after a restart. */
  async #save(): Promise<void> {
    const { clock, log } = this.#deps;
    const monoMs = clock.monoMs();
    const sessions = [...this.#byHash.values()].map(({ csrf: _, endsMonoMs, idleEndsMonoMs, ...session }) => ({
      ...session,
      idleLeftMs: idleEndsMonoMs - monoMs,
      leftMs: endsMonoMs - monoMs,
    }));
    await this.#kept
      .write({ v: 1, savedMs: clock.nowMs(), sessions })
      .catch((err: unknown) => log.debug({ err }, "sessions were not written"));
  }
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** From the token, so that it need not be kept: who has read the disk can use neither. */
const csrfOf = (token: string): string => createHash("sha256").update(`csrf ${token}`).digest("base64url");

export function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
