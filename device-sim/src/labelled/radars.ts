/** What a presence sensor says of a room: on and off with its hold time, sleepers it loses, ghosts it sees, spells stuck. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, clamp, DAY_MS, HOUR_MS, lognormal, MINUTE_MS } from "./draws.ts";
import type { Fact, Spell } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import type { Flow } from "./movements.ts";
import { drawSpells } from "./spells.ts";

/** Spans of equal numbers inside, in order, covering the whole time. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly present: number;
}

export function spansOf(flow: Flow, endMs: number): Span[] {
  const spans: Span[] = [];
  let fromMs = 0;
  let present = flow.before;
  for (const { atMs, inward } of flow.movements) {
    if (atMs > fromMs) spans.push({ fromMs, untilMs: atMs, present });
    fromMs = atMs;
    present += inward ? 1 : -1;
  }
  spans.push({ fromMs, untilMs: endMs, present });
  return spans;
}

export function radarFacts(
  random: Random,
  spans: readonly Span[],
  faults: FaultRates,
  days: number,
  holdSeconds: number,
): Fact[] {
  const endMs = days * DAY_MS;
  const loses = lognormal(random, faults.radarLoses, 0.5);
  const seen: Spell[] = [];
  for (const { fromMs, untilMs, present } of spans) {
    if (present > 0) seen.push(...seenOf(random, fromMs, untilMs, present, loses));
  }
  seen.push(...drawSpells(random, faults.radarGhosts, days, (r) => between(r, 1, 13) * MINUTE_MS));
  const held = merge(seen.map(([from, until]): Spell => [from, until + holdSeconds * 1000 - 1_300]));
  const stuckOn = drawSpells(random, faults.radarStuck, days, (r) => lognormal(r, 14, 0.8) * HOUR_MS);
  const stuckOff = drawSpells(random, faults.radarStuck, days, (r) => lognormal(r, 10, 0.8) * HOUR_MS);
  const facts: Fact[] = [];
  for (const [from, until] of without(merge([...held, ...stuckOn]), stuckOff)) {
    if (from >= endMs) break;
    facts.push({ atMs: Math.max(from, 0) + between(random, 0, 300), kind: "presence.on" });
    if (until < endMs) facts.push({ atMs: until, kind: "presence.off" });
  }
  return facts;
}

/** When the sensor sees somebody of those inside: all the time while awake, with gaps while the few asleep lie still. */
function seenOf(random: Random, fromMs: number, untilMs: number, present: number, loses: number): Spell[] {
  const rate = loses / present ** 1.15;
  const spells: Spell[] = [];
  let since = fromMs;
  let at = fromMs;
  while (rate > 0) {
    at += random.exponential(HOUR_MS / rate);
    if (at >= untilMs) break;
    if (!random.chance(asleep((((at % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS))) continue;
    const backMs = at + clamp(random.exponential(7), 0.2, 180) * MINUTE_MS;
    if (at > since) spells.push([since, at]);
    since = backMs;
    at = backMs;
  }
  if (since < untilMs) spells.push([since, untilMs]);
  return spells;
}

/** How likely those inside lie still at an hour; by day it is those who work at night. */
function asleep(hour: number): number {
  if (hour < 7 || hour > 22.7) return 1;
  return hour > 8.5 && hour < 15.5 ? 0.4 : 0.1;
}

function merge(spells: Spell[]): Spell[] {
  spells.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, until] of spells) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else merged.push([from, until]);
  }
  return merged;
}

/** `spells` (in order and apart) with the times of `holes` taken out. */
export function without(spells: readonly Spell[], holes: readonly Spell[]): Spell[] {
  let left: Spell[] = [...spells];
  for (const [from, until] of holes) {
    left = left.flatMap(([a, b]): Spell[] => {
      if (b <= from || a >= until) return [[a, b]];
      const parts: Spell[] = [];
      if (a < from) parts.push([a, from]);
      if (b > until) parts.push([until, b]);
      return parts;
    });
  }
  return left;
}

/** A sensor that counts: the most people it made out, reported when that changes, never above what it can tell apart. */
export function radarCounts(random: Random, spans: readonly Span[], most: number): Fact[] {
  const facts: Fact[] = [];
  let shown = 0;
  let quietUntil = 0;
  for (const { fromMs, untilMs, present } of spans) {
    if (untilMs - fromMs < 20_000 || fromMs < quietUntil) continue;
    const seen = present === 0 ? 0 : clamp(present - (random.chance(0.35) ? random.int(1, 2) : 0), 1, most);
    if (seen === shown) continue;
    const atMs = fromMs + between(random, 5_000, 15_000);
    facts.push({ atMs, kind: "presence.count", value: seen });
    shown = seen;
    quietUntil = atMs + 60_000;
  }
  return facts;
}
