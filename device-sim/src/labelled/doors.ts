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
  const door = new Door(random, world, flow.before);
  const idle = idleOpenings(random, flow, world);
  let next = 0;
  for (const movement of flow.movements) {
    for (let at = idle[next]; at !== undefined && at < movement.atMs; at = idle[++next]) {
      if (movement.atMs - at > 50_000) door.openIdly(at);
    }
    door.pass(movement);
  }
  for (const at of idle.slice(next)) door.openIdly(at);
  return door.end();
}

/** One door while people pass it in order of time. */
class Door {
  readonly #random: Random;
  readonly #world: DoorWorld;
  readonly #facts: Fact[] = [];
  #inside: number;
  #closesMs = Number.NEGATIVE_INFINITY;

  constructor(random: Random, world: DoorWorld, inside: number) {
    this.#random = random;
    this.#world = world;
    this.#inside = inside;
  }

  pass(movement: Movement): void {
    const { atMs, inward } = movement;
    const random = this.#random;
    const takesKey = inward && this.#world.keyed;
    const opensMs = atMs - between(random, 800, 2200);
    if (opensMs > this.#closesMs) {
      if (takesKey) this.#arrive(movement, opensMs);
      this.#open(opensMs);
      this.#closesMs = atMs + this.#staysOpenMs();
    } else {
      if (takesKey && random.chance(this.#world.behind)) this.#showKey(movement, opensMs);
      this.#closesMs = Math.max(this.#closesMs, atMs + between(random, 2_000, 6_000));
    }
    this.#inside += inward ? 1 : -1;
  }

  /** Opened from inside, and nobody passes: something is handed over, rubbish is put out. */
  openIdly(atMs: number): void {
    if (this.#inside <= 0 || atMs < this.#closesMs + 15_000) return;
    this.#open(atMs);
    this.#closesMs = atMs + between(this.#random, 8, 45) * 1000;
  }

  end(): Fact[] {
    this.#close();
    return this.#facts.sort((a, b) => a.atMs - b.atMs);
  }

  #open(atMs: number): void {
    this.#close();
    if (!this.#random.chance(this.#world.faults.contactMisses)) this.#facts.push({ atMs, kind: "door.opened" });
  }

  #close(): void {
    const atMs = this.#closesMs;
    this.#closesMs = Number.NEGATIVE_INFINITY;
    if (atMs <= 0 || this.#random.chance(this.#world.faults.contactMisses)) return;
    this.#facts.push({ atMs, kind: "door.closed" });
  }

  #staysOpenMs(): number {
    const random = this.#random;
    const { habits, careless } = this.#world;
    if (random.chance((habits.propped * careless) / 8)) return lognormal(random, 45, 0.9) * MINUTE_MS;
    if (random.chance(0.03)) return between(random, 10_000, 42_000);
    return between(random, 2_000, 6_200);
  }

  /** A key is shown before the door opens, unless somebody inside opens it. */
  #arrive(movement: Movement, opensMs: number): void {
    const { busy, habits } = this.#world;
    const letIn = this.#inside > 0 && !busy ? habits.letIn * (movement.guest ? 3 : 1) : 0;
    if (!this.#random.chance(letIn)) this.#showKey(movement, opensMs);
  }

  #showKey({ by }: Movement, opensMs: number): void {
    const random = this.#random;
    const { cutter, faults, strangers } = this.#world;
    if (by.keys.length === 0 || !random.chance(by.cardDiscipline)) return;
    const key = pickKey(random, by.keys);
    if (key === undefined) return;
    const atMs = opensMs - between(random, 800, 3_000);
    if (random.chance(faults.denied)) {
      const { pseudonym } = random.chance(strangers) ? cutter.cut() : key;
      this.#facts.push({ atMs: atMs - between(random, 2_000, 7_000), kind: "access.denied", credential: pseudonym });
    }
    this.#facts.push({ atMs, kind: "access.granted", credential: key.pseudonym });
  }
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
