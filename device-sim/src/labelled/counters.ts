/** What a directional people counter makes of the passages: misses, doubles, ghosts, swapped directions, spells stuck or chattering. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, DAY_MS, HOUR_MS, lognormal, MINUTE_MS, poisson, share } from "./draws.ts";
import type { Fact } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import type { Flow } from "./movements.ts";
import { drawSpells, walker } from "./spells.ts";

export type CounterTech = "beam" | "tof" | "thermal" | "turnstile";

/** How much better or worse a technique is than the site's mean. */
const TECH: Readonly<
  Record<CounterTech, { readonly missed: number; readonly close: number; readonly ghosts: number }>
> = {
  beam: { missed: 1.45, close: 1.4, ghosts: 1.3 },
  tof: { missed: 0.75, close: 0.8, ghosts: 0.8 },
  thermal: { missed: 1.1, close: 0.9, ghosts: 0.9 },
  turnstile: { missed: 0.4, close: 0.3, ghosts: 0 },
};

const CLOSE_MS = 3_000;

interface Counter {
  readonly missed: number;
  readonly missedClose: number;
  readonly doubled: number;
  readonly swapped: number;
}

export function counterFacts(
  random: Random,
  flow: Flow,
  tech: CounterTech,
  faults: FaultRates,
  days: number,
  reportSeconds: number | undefined,
): Fact[] {
  const quality = TECH[tech];
  const own = lognormal(random, 1, 0.3);
  const counter: Counter = {
    missed: Math.min(faults.missed * quality.missed * own, 0.6),
    missedClose: Math.min(faults.missedClose * quality.close, 0.8),
    doubled: faults.doubled * own,
    swapped: tech === "turnstile" ? 0 : faults.swapped * own,
  };
  const stuck = walker(
    tech === "turnstile" ? [] : drawSpells(random, faults.counterStuck, days, (r) => lognormal(r, 30, 0.7) * HOUR_MS),
  );
  const counts: Fact[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, inward } of flow.movements) {
    const close = atMs - lastMs < CLOSE_MS;
    lastMs = atMs;
    if (stuck(atMs) !== undefined) continue;
    if (random.chance(close ? Math.max(counter.missedClose, counter.missed) : counter.missed)) continue;
    const seenInward = random.chance(counter.swapped) ? !inward : inward;
    const value = random.chance(counter.doubled) ? 2 : 1;
    counts.push({ atMs: atMs + between(random, 100, 1_100), kind: seenInward ? "count.in" : "count.out", value });
  }
  counts.push(...ghosts(random, flow, faults.phantoms * quality.ghosts, days));
  if (tech !== "turnstile") counts.push(...chatter(random, faults, days));
  counts.sort((a, b) => a.atMs - b.atMs);
  return reportSeconds === undefined ? counts : sums(counts, reportSeconds * 1000);
}

/** Counts of nobody: at any time, and around the times people are about. */
function ghosts(random: Random, flow: Flow, rate: number, days: number): Fact[] {
  const inward = share(random, 0.5, 0.5);
  const ghost = (atMs: number): Fact => ({ atMs, kind: random.chance(inward) ? "count.in" : "count.out", value: 1 });
  const facts = Array.from({ length: poisson(random, rate * days) }, () => ghost(between(random, 0, days * DAY_MS)));
  const { movements } = flow;
  for (let n = poisson(random, rate * 0.06 * movements.length); n > 0; n--) {
    const atMs = random.pick(movements).atMs + random.normal(0, 15) * MINUTE_MS;
    if (atMs > 0 && atMs < days * DAY_MS) facts.push(ghost(atMs));
  }
  return facts;
}

/** Spells in which the counter counts by itself: a swinging thing in the beam, a low battery. */
function chatter(random: Random, faults: FaultRates, days: number): Fact[] {
  const facts: Fact[] = [];
  for (const [fromMs, untilMs] of drawSpells(
    random,
    faults.counterChatter,
    days,
    (r) => lognormal(r, 24, 0.8) * HOUR_MS,
  )) {
    const inward = share(random, 0.5, 0.7);
    const perHour = lognormal(random, 3, 0.8);
    for (let at = fromMs; at < Math.min(untilMs, days * DAY_MS); at += random.exponential(HOUR_MS / perHour)) {
      facts.push({ atMs: at, kind: random.chance(inward) ? "count.in" : "count.out", value: 1 });
    }
  }
  return facts;
}

/** Persons since the last report, at the end of each period in which there were any. */
function sums(counts: readonly Fact[], periodMs: number): Fact[] {
  const reports: Fact[] = [];
  let period = -1;
  let ins = 0;
  let outs = 0;
  const report = () => {
    const atMs = (period + 1) * periodMs;
    if (ins > 0) reports.push({ atMs, kind: "count.in", value: ins });
    if (outs > 0) reports.push({ atMs, kind: "count.out", value: outs });
    ins = 0;
    outs = 0;
  };
  for (const { atMs, kind, value } of counts) {
    const own = Math.floor(atMs / periodMs);
    if (own !== period) report();
    period = own;
    if (kind === "count.in") ins += value ?? 1;
    else outs += value ?? 1;
  }
  report();
  return reports;
}
