/** A gate with rooms behind: whose room an unlisted card belongs to shows in which door opens right after it, again and again. */

/** Where an unlisted credential's owner went after the gate: how often each space's door followed. */
export interface Stranger {
  scores: Record<string, number>;
  /** How often it came in. Missing in what an earlier release wrote. */
  entries?: number;
  lastMs: number;
}

export interface GateMemory {
  readonly strangers: Map<string, Stranger>;
  /** Unlisted credentials that came in a moment ago. */
  recent: { readonly credential: string; readonly atMs: number }[];
  /** Grows with every change; not kept. */
  changes: number;
}

export interface GateMemoryJson {
  readonly strangers: Readonly<Record<string, Stranger>>;
  readonly recent: GateMemory["recent"];
}

export const createGateMemory = (): GateMemory => ({ strangers: new Map(), recent: [], changes: 0 });

/** From the gate to one's own door. */
const WALK_MS = [5_000, 150_000] as const;
const MAX_RECENT = 16;
const MAX_STRANGERS = 256;
/** So many times, and so much more often than any other door. */
const SURE_TIMES = 3;
const SURE_RATIO = 2;
/**
 * After so many of all its entries. Where only a room or two of a house are known, there is no other door to compare with, and everybody who lives in the
 * other rooms comes in before that one door opens sooner or later: after one entry in seven on simulated sites, after nine of ten where it is theirs.
 */
const SURE_SHARE = 0.5;

/** An unlisted credential at the gate. Returns the space it is known to belong to by now. */
export function strangerAtGate(
  memory: GateMemory,
  credential: string,
  atMs: number,
  entering: boolean,
): string | undefined {
  let stranger = memory.strangers.get(credential);
  if (stranger === undefined) {
    if (memory.strangers.size >= MAX_STRANGERS) forgetOldest(memory);
    stranger = { scores: {}, entries: 0, lastMs: atMs };
    memory.strangers.set(credential, stranger);
  }
  memory.changes += 1;
  stranger.lastMs = Math.max(stranger.lastMs, atMs);
  if (entering) {
    stranger.entries = (stranger.entries ?? 0) + 1;
    memory.recent.push({ credential, atMs });
    if (memory.recent.length > MAX_RECENT) memory.recent.shift();
  }
  return homeOf(stranger);
}

/** Somebody went into a space behind the gate. */
export function doorBehindGate(memory: GateMemory, space: string, atMs: number): void {
  if (memory.recent.length === 0) return;
  memory.changes += 1;
  memory.recent = memory.recent.filter((entry) => atMs - entry.atMs <= WALK_MS[1]);
  const coming = memory.recent.filter((entry) => atMs - entry.atMs >= WALK_MS[0]);
  for (const { credential } of coming) {
    const scores = memory.strangers.get(credential)?.scores;
    if (scores !== undefined) scores[space] = Math.round(1000 * ((scores[space] ?? 0) + 1 / coming.length)) / 1000;
  }
}

function homeOf({ scores, entries = 0 }: Stranger): string | undefined {
  let [best, bestScore, second] = [undefined as string | undefined, 0, 0];
  for (const [space, score] of Object.entries(scores)) {
    if (score > bestScore) [best, second, bestScore] = [space, bestScore, score];
    else second = Math.max(second, score);
  }
  return bestScore >= Math.max(SURE_TIMES, SURE_RATIO * second, SURE_SHARE * entries) ? best : undefined;
}

function forgetOldest({ strangers }: GateMemory): void {
  let [oldest, lastMs] = ["", Number.POSITIVE_INFINITY];
  for (const [credential, stranger] of strangers) {
    if (stranger.lastMs < lastMs) [oldest, lastMs] = [credential, stranger.lastMs];
  }
  strangers.delete(oldest);
}

export const gateToJson = ({ strangers, recent }: GateMemory): GateMemoryJson => ({
  strangers: Object.fromEntries(strangers),
  recent,
});

export const gateFromJson = ({ strangers, recent }: GateMemoryJson): GateMemory => ({
  strangers: new Map(Object.entries(strangers)),
  recent: [...recent],
  changes: 0,
});
