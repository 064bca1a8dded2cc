/** What lock and door contact say when people pass: keys shown, openings shared, doors propped, people let in from inside. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, DAY_MS, lognormal, MINUTE_MS, poisson } from "./draws.ts";
import type { Fact } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import type { SiteHabits } from "./habits.ts";
import { type KeyCutter, pickKey } from "./keys.ts";
import type { Flow, Movement } from "./movements.ts";

export interface DoorWorld {
  readonly days: number;
  readonly habits: SiteHabits;
  readonly faults: FaultRates;
  /** Things handed over at the door, a day: it opens, nobody passes. */
  readonly deliveries: number;
  /** The lock takes keys; a mere contact does not. */
  readonly keyed: boolean;
  /** A way many people take: nobody opens from inside. */
  readonly busy: boolean;
  /** Chance that one who follows through the open door shows a key all the same. */
  readonly behind: number;
  /** Share of refused keys that nobody knows: an old card, another door's. */
  readonly strangers: number;
  readonly cutter: KeyCutter;
  /** Tailgating and open doors are this household's habit. */
  readonly careless: number;
}

/** Facts of the lock (or contact) of one door, in order of time. */
export function doorFacts(random: Random, flow: Flow, world: DoorWorld): Fact[] {
  const facts: Fact[] = [];
  const { movements } = flow;
  const idle = idleOpenings(random, flow, world);
  let inside = flow.before;
  let closesMs = Number.NEGATIVE_INFINITY;
  let next = 0;
  const close = () => {
    if (closesMs > 0 && !random.chance(world.faults.contactMisses)) facts.push({ atMs: closesMs, kind: "door.closed" });
    closesMs = Number.NEGATIVE_INFINITY;
  };
  const open = (atMs: number) => {
    close();
    if (!random.chance(world.faults.contactMisses)) facts.push({ atMs, kind: "door.opened" });
  };
  for (let n = 0; n <= movements.length; n++) {
    const movement = movements[n];
    for (
      let at = idle[next];
      at !== undefined && at < (movement?.atMs ?? Number.POSITIVE_INFINITY);
      at = idle[++next]
    ) {
      if (inside <= 0 || at < closesMs + 15_000 || (movement !== undefined && movement.atMs - at < 50_000)) continue;
      open(at);
      closesMs = at + between(random, 8, 45) * 1000;
    }
    if (movement === undefined) break;
    const { atMs, inward } = movement;
    const opensMs = atMs - between(random, 800, 2200);
    if (opensMs > closesMs) {
      if (inward && world.keyed) showKey(random, facts, movement, opensMs, inside, world);
      open(opensMs);
      closesMs = atMs + openFor(random, world);
    } else {
      // Behind somebody through the open door: a key is seldom shown.
      if (inward && world.keyed && random.chance(world.behind)) showKey(random, facts, movement, opensMs, 0, world);
      closesMs = Math.max(closesMs, atMs + between(random, 2_000, 6_000));
    }
    inside += inward ? 1 : -1;
  }
  close();
  return facts.sort((a, b) => a.atMs - b.atMs);
}

function openFor(random: Random, world: DoorWorld): number {
  if (random.chance((world.habits.propped * world.careless) / 8)) return lognormal(random, 45, 0.9) * MINUTE_MS;
  if (random.chance(0.03)) return between(random, 10_000, 42_000);
  return between(random, 2_000, 6_200);
}

/** A key is shown before the door opens, unless somebody inside opens it. */
function showKey(
  random: Random,
  facts: Fact[],
  movement: Movement,
  opensMs: number,
  inside: number,
  world: DoorWorld,
): void {
  const { by } = movement;
  const letIn = inside > 0 && !world.busy ? world.habits.letIn * (movement.guest ? 3 : 1) : 0;
  if (by.keys.length === 0 || random.chance(letIn)) return;
  if (!random.chance(by.cardDiscipline)) return;
  const key = pickKey(random, by.keys);
  if (key === undefined) return;
  const atMs = opensMs - between(random, 800, 3_000);
  if (random.chance(world.faults.denied)) {
    const shown = random.chance(world.strangers) ? world.cutter.cut() : key;
    facts.push({ atMs: atMs - between(random, 2_000, 7_000), kind: "access.denied", credential: shown.pseudonym });
  }
  facts.push({ atMs, kind: "access.granted", credential: key.pseudonym });
}

/** Moments at which a door is opened from inside and nobody passes. */
function idleOpenings(random: Random, flow: Flow, world: DoorWorld): number[] {
  const passagesPerDay = flow.movements.length / world.days;
  const times: number[] = [];
  for (let day = 0; day < world.days; day++) {
    for (let n = poisson(random, world.deliveries); n > 0; n--) {
      const lunch = random.chance(0.4);
      times.push(day * DAY_MS + (lunch ? random.normal(12 * 60, 45) : random.normal(18 * 60 + 30, 110)) * MINUTE_MS);
    }
    for (let n = poisson(random, world.habits.idleOpenings * passagesPerDay); n > 0; n--) {
      times.push(day * DAY_MS + random.normal(16 * 60, 240) * MINUTE_MS);
    }
  }
  return times.filter((at) => at > 0 && at < world.days * DAY_MS).sort((a, b) => a - b);
}
