/** Four simple ways to find group rentals, judged in the same run: what the gateway must be better than. */
import type { Span } from "./score.ts";

export interface PlainReading {
  readonly receivedMs: number;
  readonly kind: string;
  readonly portal?: string | undefined;
  readonly credential?: string | undefined;
  readonly value?: unknown;
}

export interface PlainSite {
  readonly startMs: number;
  readonly days: number;
  /** Judged spaces with their limits. */
  readonly limits: ReadonlyMap<string, number>;
  /** Where each portal leads to and from. */
  readonly portals: ReadonlyMap<string, { readonly to: string; readonly from: string }>;
}

export const BASELINES = ["in minus out, at once", "nights, re-anchored", "cards of a week", "never"] as const;
export type BaselineName = (typeof BASELINES)[number];

const DAY_MS = 86_400_000;
const NIGHT_MS = 3 * 3_600_000;
const OVER = 4;
const OF = 7;
const WEEK = 7;

interface Room {
  balance: number;
  readonly steps: { readonly ms: number; readonly balance: number }[];
  readonly cards: Map<number, Set<string>>;
}

export function baselineAlerts(site: PlainSite, readings: Iterable<PlainReading>): Record<BaselineName, Span[]> {
  const rooms = new Map(
    [...site.limits.keys()].map((id): [string, Room] => [id, { balance: 0, steps: [], cards: new Map() }]),
  );
  for (const reading of readings) note(site, rooms, reading);
  const all: Record<BaselineName, Span[]> = {
    "in minus out, at once": [],
    "nights, re-anchored": [],
    "cards of a week": [],
    never: [],
  };
  for (const [space, room] of rooms) {
    const limit = site.limits.get(space) ?? 0;
    const dayMs = (day: number): number => site.startMs + day * DAY_MS;
    all["in minus out, at once"].push(
      ...spansOf(
        space,
        room.steps.map(({ ms, balance }) => ({ ms, over: balance > limit })),
      ),
    );
    const nights = anchoredNights(site, room);
    const often = nights.map(
      (_, day) => nights.slice(Math.max(0, day - OF + 1), day + 1).filter((n) => n > limit).length >= OVER,
    );
    all["nights, re-anchored"].push(
      ...spansOf(
        space,
        often.map((over, day) => ({ ms: dayMs(day) + NIGHT_MS, over })),
      ),
    );
    const weeks = Array.from({ length: site.days }, (_, day) => {
      const cards = new Set<string>();
      for (let d = day - WEEK + 1; d <= day; d++) for (const card of room.cards.get(d) ?? []) cards.add(card);
      return { ms: dayMs(day + 1), over: cards.size > limit };
    });
    all["cards of a week"].push(...spansOf(space, weeks));
  }
  return all;
}

function note(site: PlainSite, rooms: ReadonlyMap<string, Room>, reading: PlainReading): void {
  const portal = reading.portal === undefined ? undefined : site.portals.get(reading.portal);
  if (portal === undefined) return;
  const { kind, receivedMs, credential } = reading;
  if (kind === "count.in" || kind === "count.out") {
    const change = (typeof reading.value === "number" ? reading.value : 1) * (kind === "count.in" ? 1 : -1);
    for (const [id, sign] of [
      [portal.to, 1],
      [portal.from, -1],
    ] as const) {
      const room = rooms.get(id);
      if (room === undefined) continue;
      room.balance = Math.max(0, room.balance + sign * change);
      room.steps.push({ ms: receivedMs, balance: room.balance });
    }
  }
  const room = rooms.get(portal.to);
  if (kind !== "access.granted" || credential === undefined || room === undefined) return;
  const day = Math.floor((receivedMs - site.startMs) / DAY_MS);
  const cards = room.cards.get(day) ?? new Set();
  room.cards.set(day, cards.add(credential));
}

/** The balance at three in the morning of each day; what the lowest of three days stands above zero is taken for drift. */
function anchoredNights(site: PlainSite, room: Room): number[] {
  const nights: number[] = [];
  const lows: number[] = [];
  let [at, drift, balance] = [0, 0, 0];
  for (let day = 0; day < site.days; day++) {
    const nightMs = site.startMs + day * DAY_MS + NIGHT_MS;
    let low = balance;
    for (let step = room.steps[at]; step !== undefined && step.ms <= nightMs; step = room.steps[++at]) {
      balance = step.balance;
      low = Math.min(low, balance);
    }
    lows.push(low);
    if (lows.length >= 3) drift = Math.max(0, Math.min(...lows.slice(-3)));
    nights.push(Math.max(0, balance - drift));
  }
  return nights;
}

/** Spans in which the condition held. */
function spansOf(space: string, steps: readonly { readonly ms: number; readonly over: boolean }[]): Span[] {
  const spans: Span[] = [];
  let raisedMs: number | undefined;
  for (const { ms, over } of steps) {
    if (over && raisedMs === undefined) raisedMs = ms;
    if (!over && raisedMs !== undefined) {
      spans.push({ space, raisedMs, clearedMs: ms });
      raisedMs = undefined;
    }
  }
  if (raisedMs !== undefined) spans.push({ space, raisedMs, clearedMs: Number.POSITIVE_INFINITY });
  return spans;
}
